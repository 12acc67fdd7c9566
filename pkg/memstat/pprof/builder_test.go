package pprof_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/pprof/profile"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/pprof"
)

func index(i uint32) *uint32 { return &i }

// parsed writes the profile and has Google's package read and check it.
func parsed(t *testing.T, b *pprof.Builder) *profile.Profile {
	t.Helper()
	var out bytes.Buffer
	n, err := b.WriteTo(&out)
	if err != nil || n != int64(out.Len()) {
		t.Fatalf("WriteTo = %d, %v; it wrote %d bytes", n, err, out.Len())
	}
	p, err := profile.Parse(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckValid(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBuilder(t *testing.T) {
	began := time.Unix(1000, 5)
	b := pprof.New(pprof.Header{
		Types:      []pprof.Value{{"samples", "count"}, {"cpu", "nanoseconds"}},
		Default:    "cpu",
		PeriodType: pprof.Value{Type: "cpu", Unit: "nanoseconds"},
		Period:     10_000_000,
		Time:       began,
		Duration:   3 * time.Second,
		Binary:     "dir/guest.wasm",
		Comments:   []string{"a comment"},
	})
	outer := memstat.Frame{Function: "main", File: "m.c", Line: 9, WasmFunction: index(3), WasmOffset: 0x90}
	work := memstat.Frame{Function: "work", File: "w.c", Line: 4, WasmFunction: index(2), WasmOffset: 0x42}
	b.Add([]memstat.Frame{{Function: "inner", File: "i.h", Line: 7}, {File: "j.h", Line: 8}, work, outer}, 2, 20)
	b.Add([]memstat.Frame{outer}, 1)
	b.Add(nil, 1, 1<<62, 99)
	b.Add([]memstat.Frame{{Function: "host"}}, 0, -1) // without a function of the guest
	p := parsed(t, b)

	type line struct {
		Function, File string
		Line           int64
	}
	type sample struct {
		Values []int64
		Stack  [][]line // by location
		Places []uint64
	}
	var got []sample
	for _, s := range p.Sample {
		g := sample{Values: s.Value}
		for _, l := range s.Location {
			var lines []line
			for _, n := range l.Line {
				lines = append(lines, line{n.Function.Name, n.Function.Filename, n.Line})
			}
			g.Stack, g.Places = append(g.Stack, lines), append(g.Places, l.Address)
		}
		got = append(got, g)
	}
	want := []sample{
		{[]int64{2, 20}, [][]line{{{"inner", "i.h", 7}, {"(inlined)", "j.h", 8}, {"work", "w.c", 4}}, {{"main", "m.c", 9}}}, []uint64{0x42, 0x90}},
		{[]int64{1, 0}, [][]line{{{"main", "m.c", 9}}}, []uint64{0x90}},
		{[]int64{1, 1 << 62}, nil, nil},
		{[]int64{0, -1}, [][]line{{{"host", "", 0}}}, []uint64{0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if len(p.Location) != 3 || len(p.Function) != 5 {
		t.Errorf("%d locations and %d functions; each is to be there once", len(p.Location), len(p.Function))
	}
	if p.TimeNanos != began.UnixNano() || p.DurationNanos != 3e9 || p.Period != 1e7 || *p.PeriodType != (profile.ValueType{Type: "cpu", Unit: "nanoseconds"}) {
		t.Errorf("time %d, duration %d, period %d %v", p.TimeNanos, p.DurationNanos, p.Period, p.PeriodType)
	}
	if diff := cmp.Diff([]string{"a comment"}, p.Comments); diff != "" || p.DefaultSampleType != "cpu" {
		t.Errorf("comments, default %q:\n%s", p.DefaultSampleType, diff)
	}
	m := p.Mapping[0]
	if m.File != "dir/guest.wasm" || !m.HasFunctions || !m.HasFilenames || !m.HasLineNumbers || !m.HasInlineFrames {
		t.Errorf("mapping %+v", m)
	}
}

// TestEmpty is about a profile without samples, and one without anything.
func TestEmpty(t *testing.T) {
	p := parsed(t, pprof.New(pprof.Header{Types: []pprof.Value{{"alloc_space", "bytes"}}}))
	if len(p.Sample) != 0 || p.SampleType[0].Type != "alloc_space" || p.TimeNanos != 0 {
		t.Errorf("%v", p)
	}
	parsed(t, pprof.New(pprof.Header{}))
}

// TestHostileNames is about names that a guest chooses.
func TestHostileNames(t *testing.T) {
	b := pprof.New(pprof.Header{Types: []pprof.Value{{"samples", "count"}}, Binary: "a\x00b"})
	b.Add([]memstat.Frame{{Function: "\x1b[2J\xff\n", File: "\x07", Line: -5}}, 1)
	f := parsed(t, b).Sample[0].Location[0].Line[0]
	if f.Function.Name != `\x1b[2J\xff\n` || f.Function.Filename != `\a` || f.Line != 0 {
		t.Errorf("%q in %q line %d", f.Function.Name, f.Function.Filename, f.Line)
	}
}

// TestWriteAgain adds samples after the profile was written.
func TestWriteAgain(t *testing.T) {
	b := pprof.New(pprof.Header{Types: []pprof.Value{{"samples", "count"}}, Comments: []string{"c"}, Default: "samples"})
	for n := range 3 {
		if p := parsed(t, b); len(p.Sample) != n {
			t.Errorf("%d samples, not %d", len(p.Sample), n)
		}
		b.Add([]memstat.Frame{{Function: "f", WasmFunction: index(0)}}, 1)
	}
}

type failing struct{}

var errFull = errors.New("full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteFails(t *testing.T) {
	if n, err := pprof.New(pprof.Header{}).WriteTo(failing{}); n != 0 || !errors.Is(err, errFull) {
		t.Errorf("WriteTo = %d, %v", n, err)
	}
}
