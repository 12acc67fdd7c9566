package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/pprof/profile"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// profiled returns the profile of a report.
func profiled(t *testing.T, r *Report) *profile.Profile {
	t.Helper()
	var b bytes.Buffer
	if err := WriteProfile(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckValid(); err != nil {
		t.Fatal(err)
	}
	return p
}

// seenText returns what a reader shows of a report that was written in a format.
func seenText(t *testing.T, f Format, out []byte) string {
	t.Helper()
	if !f.Binary {
		return string(out)
	}
	p, err := profile.ParseData(out)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(p.Comments, "\n") + p.Mapping[0].File
	for _, fn := range p.Function {
		text += fn.Name + fn.Filename
	}
	return text
}

func TestProfile(t *testing.T) {
	r := leakyReport()
	r.GuestHeap.Sites = []guestheap.SiteTotal{
		{Allocs: 1, Bytes: 2, LiveBlocks: 3, LiveBytes: 4, PeakBlocks: 5, PeakBytes: 6, Stack: []memstat.Frame{
			{Function: "inlined", File: "a.c", Line: 1},
			{Function: "make\x1b[2J", File: "a.c", Line: 2, WasmFunction: ptr[uint32](7), WasmOffset: 99},
			{Function: "main", File: "m.c", Line: 3, WasmFunction: ptr[uint32](8), WasmOffset: 199},
		}},
		{Allocs: 10, Bytes: 20, Stack: []memstat.Frame{}},
	}
	p := profiled(t, r)
	var got []string
	for _, s := range p.Sample {
		var text string
		for _, l := range s.Location {
			for _, line := range l.Line {
				text += fmt.Sprintf("%s:%d ", line.Function.Name, line.Line)
			}
			text += "| "
		}
		got = append(got, fmt.Sprint(text, s.Value))
	}
	want := []string{`inlined:1 make\x1b[2J:2 | main:3 | [1 2 3 4 5 6]`, "(the host):0 | [10 20 0 0 0 0]"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var types []string
	for _, v := range p.SampleType {
		types = append(types, v.Type+"/"+v.Unit)
	}
	want = []string{"alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes", "peak_objects/count", "peak_space/bytes"}
	if d := cmp.Diff(want, types); d != "" {
		t.Error(d)
	}
	if p.DefaultSampleType != "inuse_space" || p.TimeNanos != r.Run.Started.UnixNano() || time.Duration(p.DurationNanos) != time.Duration(r.Run.ElapsedNS) {
		t.Errorf("%s, %d, %d", p.DefaultSampleType, p.TimeNanos, p.DurationNanos)
	}
	if want := []string{`watched malloc: malloc, free: fr\x1b[2Jee`, `a note\x1b[2J`}; !slices.Equal(p.Comments, want) {
		t.Errorf("%q", p.Comments)
	}
}

// Without a heap, or without its places, a profile has no samples.
func TestProfileOfNothing(t *testing.T) {
	for name, r := range map[string]*Report{
		"nothing": {Outcome: Outcome{Kind: "error"}},
		"Go":      {Outcome: Outcome{Kind: "exit"}, GuestHeap: &guestheap.Report{Collector: "Go", Notes: []string{"this is a program of Go"}}},
	} {
		p := profiled(t, r)
		if len(p.Sample) != 0 || len(p.SampleType) != 6 || len(p.Comments) != 1 {
			t.Errorf("%s: %v", name, p)
		}
	}
	if err := WriteProfile(lost{}, &Report{}, Options{}); err == nil {
		t.Error("a lost profile is no error")
	}
}

// lost accepts nothing.
type lost struct{}

func (lost) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
