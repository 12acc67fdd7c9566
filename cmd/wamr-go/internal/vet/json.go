package vet

import (
	"errors"
	"fmt"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// JSON returns the report as one indented object and a newline, without a byte that
// a terminal acts upon.
func (r *Report) JSON() ([]byte, error) { return report.EncodeJSON(r) }

// Parse reads a report that JSON wrote, of this version or another: it ignores
// unknown fields, of which unknown is the first, or "". The texts of the result are as
// untrusted as the file.
func Parse(text []byte) (r *Report, unknown string, err error) {
	r = new(Report)
	if unknown, err = report.Decode(text, r); err != nil {
		return nil, "", err
	}
	if err := r.check(); err != nil {
		return nil, "", err
	}
	return r, unknown, nil
}

// check refuses values that JSON does not write.
func (r *Report) check() error {
	if r.Schema != Schema {
		return fmt.Errorf("its schema is %q, not %q", r.Schema, Schema)
	}
	for _, s := range slices.Concat(r.MissingShards, sharesOf(r)) {
		if _, err := NewShard(s.Index, s.Count); err != nil {
			return err
		}
	}
	for _, m := range r.Modules {
		if m.Path == "" {
			return errors.New("a module has no path")
		}
		if m.Verdict.severity() < 0 {
			return fmt.Errorf("%s: the verdict %q is unknown", m.Path, m.Verdict)
		}
	}
	return nil
}

func sharesOf(r *Report) []Shard {
	if r.Shard == nil {
		return nil
	}
	return []Shard{*r.Shard}
}
