package main

import (
	"bytes"
	"slices"

	"github.com/google/pprof/profile"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdProfile is `profile FILE TYPE [NAME...]`: the file is a profile that Google's
// package accepts, whose last kind of value is TYPE, with samples in which each NAME
// occurs as a function or a file. Without a NAME it has no samples.
func cmdProfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: profile FILE TYPE [NAME...]")
	}
	p, err := profile.Parse(bytes.NewReader([]byte(ts.ReadFile(args[0]))))
	ts.Check(err)
	ts.Check(p.CheckValid())
	if got := p.SampleType[len(p.SampleType)-1].Type; got != args[1] {
		ts.Fatalf("values of type %s, want %s", got, args[1])
	}
	names := args[2:]
	if len(names) == 0 && len(p.Sample) > 0 {
		ts.Fatalf("%d samples", len(p.Sample))
	}
	for _, name := range names {
		if !slices.ContainsFunc(p.Sample, func(s *profile.Sample) bool { return occurs(s, name) }) {
			ts.Fatalf("no sample has %s:\n%v", name, p)
		}
	}
}

func occurs(s *profile.Sample, name string) bool {
	for _, l := range s.Location {
		for _, line := range l.Line {
			if line.Function.Name == name || line.Function.Filename == name {
				return true
			}
		}
	}
	return false
}
