package vet

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// JSON returns the report as one indented object and a newline, without a byte that
// a terminal acts upon.
func (r *Report) JSON() ([]byte, error) { return report.EncodeJSON(r) }

// Parse reads a report that JSON wrote, of this version or another: it ignores
// unknown fields. The texts of the result are as untrusted as the file.
func Parse(text []byte) (*Report, error) {
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("it is no report of vet: %w", err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("its schema is %q, not %q", r.Schema, Schema)
	}
	for _, s := range slices.Concat(r.MissingShards, sharesOf(&r)) {
		if _, err := NewShard(s.Index, s.Count); err != nil {
			return nil, err
		}
	}
	for _, m := range r.Modules {
		if m.Path == "" {
			return nil, errors.New("a module has no path")
		}
		if m.Verdict.severity() < 0 {
			return nil, fmt.Errorf("%s: the verdict %q is unknown", m.Path, m.Verdict)
		}
	}
	return &r, nil
}

func sharesOf(r *Report) []Shard {
	if r.Shard == nil {
		return nil
	}
	return []Shard{*r.Shard}
}
