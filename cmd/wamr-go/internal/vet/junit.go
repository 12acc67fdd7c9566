package vet

import (
	"time"

	"github.com/wamr-go/wamr-go/internal/junit"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// JUnit returns the report as JUnit XML: a suite with a case for each module,
// which fails by its verdict, and for each shard that is missing. A module whose
// verdict is inconclusive was skipped.
func (r *Report) JUnit() []byte {
	s := junit.Suite{Name: "wamr-go vet", Properties: []junit.Property{{Name: "wamr-go", Value: r.Version}, {Name: "root", Value: r.Root}}}
	if r.Shard != nil {
		s.Properties = append(s.Properties, junit.Property{Name: "shard", Value: r.Shard.String()})
	}
	for i := range r.Modules {
		c := r.Modules[i].testcase()
		c.Class = s.Name
		s.Took += c.Took
		s.Cases = append(s.Cases, c)
	}
	for _, shard := range r.MissingShards {
		s.Cases = append(s.Cases, junit.Case{
			Class: s.Name, Name: "shard " + shard.String(),
			Failure: &junit.Failure{Kind: string(Missing), Message: "there is no part of shard " + shard.String()},
		})
	}
	doc := junit.Report{Name: s.Name, Suites: []junit.Suite{s}}
	return doc.XML()
}

func (e *Entry) testcase() junit.Case {
	c := junit.Case{Name: e.Path, Took: time.Duration(e.WallNS)}
	switch e.Verdict {
	case Clean:
	case Inconclusive:
		c.Skipped = e.Reason
		if c.Skipped == "" {
			c.Skipped = string(e.Verdict)
		}
	default:
		c.Failure = &junit.Failure{Kind: string(e.Verdict), Message: string(e.Verdict), Lines: e.evidence()}
		if e.Reason != "" {
			c.Failure.Message += ": " + e.Reason
		}
	}
	return c
}

// evidence returns the stacks of the module's own report, as far as it can be
// read.
func (e *Entry) evidence() []string {
	r, _, err := report.Parse(e.Report)
	if err != nil {
		return nil
	}
	return r.Evidence()
}
