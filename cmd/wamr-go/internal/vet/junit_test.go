package vet

import (
	"testing"

	"github.com/wamr-go/wamr-go/internal/junit/junittest"
)

func TestJUnit(t *testing.T) {
	var rows []Entry
	for _, v := range verdicts {
		rows = append(rows, Entry{Path: string(v) + ".wasm", Verdict: v, Reason: "because <" + string(v) + ">", WallNS: 1_500_000})
	}
	rows = append(rows, Entry{Path: "own.wasm", Verdict: Leaking, Report: []byte(`{"schema":"wamr-go/report/v1","outcome":{"kind":"exit"},` +
		`"ledger":{"leaks":[{"kind":"fd_entry","objects":1,"site":[{"function":"f\u001b"}]}]}}`)})
	rows = append(rows, Entry{Path: "odd.wasm", Verdict: Inconclusive, Report: []byte(`{`)})
	r := NewReport(rows)
	r.MissingShards = []Shard{{2, 4}}
	all, err := junittest.Parse(r.JUnit())
	if err != nil {
		t.Fatalf("%v\n%s", err, r.JUnit())
	}
	s := &all.Suites[0]
	if len(s.Cases) != len(rows)+1 || all.Skipped != 2 || all.Failures != len(rows)-2 {
		t.Errorf("%+v", all)
	}
	for _, v := range verdicts {
		c := s.Case(string(v) + ".wasm")
		reason := "because <" + string(v) + ">"
		switch {
		case c == nil || c.Time != 0.0015:
			t.Errorf("%s: %+v", v, c)
		case v == Clean && (c.Failure != nil || c.Skipped != nil):
			t.Errorf("%s: %+v", v, c)
		case v == Inconclusive && (c.Skipped == nil || c.Skipped.Message != reason):
			t.Errorf("%s: %+v", v, c)
		case v != Clean && v != Inconclusive && (c.Failure == nil || c.Failure.Type != string(v) || c.Failure.Message != string(v)+": "+reason):
			t.Errorf("%s: %+v", v, c)
		}
	}
	if c := s.Case("shard 2/4"); c == nil || c.Failure == nil {
		t.Errorf("the missing shard: %+v", c)
	}
	if c := s.Case("own.wasm"); c.Failure == nil || c.Failure.Text != "1 fd_entry (0 bytes) not given back, of the runtime\n    at f\\x1b" {
		t.Errorf("the leak's stack: %+v", c.Failure)
	}
}
