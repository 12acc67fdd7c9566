package engine_test

import (
	"context"
	"os"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestFourGiB grows a memory as far as it goes. With the interpreter that is
// all of 65536 pages, of which api.Memory's Size says 0. Compiled code could not
// use the last one, and must not get it.
func TestFourGiB(t *testing.T) {
	needsCompiler(t)
	ctx := context.Background()
	for _, tc := range []struct {
		interpreter bool
		pages       string
		exit        uint32
		peak        uint64
	}{
		{false, "65535", 0, 4<<30 - 65536},
		{false, "65536", 1, 128 << 10},
		{true, "65536", 0, 4 << 30},
	} {
		m := compile(t, newRuntime(t, engine.Config{Interpreter: tc.interpreter}), guest(t, "c/grow"))
		for range 2 {
			in := instance(t, m, wasi.Config{Args: []string{"grow", tc.pages, "3"}})
			o := in.Start(ctx)
			if o.Kind != engine.OutcomeExit || o.ExitCode != tc.exit {
				t.Errorf("%+v: %v", tc, o)
			}
			stat := in.Memory()
			if stat.PeakBytes != tc.peak {
				t.Errorf("%+v: %+v", tc, stat)
			}
			if stat.TouchedBytes != nil && *stat.TouchedBytes > 1<<20 {
				t.Errorf("%+v: %d bytes touched", tc, *stat.TouchedBytes)
			}
			in.Close(ctx)
		}
	}
}

// TestTouched counts pages, in the first instance and in measured cycles.
func TestTouched(t *testing.T) {
	if !hasPageMap(t) {
		t.Skip("no page map")
	}
	m := compile(t, newRuntime(t, engine.Config{Inspect: true}), guest(t, "c/grow"))
	touched := func(pages string) uint64 {
		r := m.Cycle(context.Background(), engine.CycleConfig{Cycles: 3, SampleEvery: -1,
			Config: func(uint64) wasi.Config { return wasi.Config{Args: []string{"grow", "200", pages}} }})
		if r.Memory.TouchedBytes == nil || !r.First.Clean() {
			t.Fatalf("%+v", r)
		}
		return *r.Memory.TouchedBytes
	}
	few, many := touched("10"), touched("110")
	if want := uint64(100 * os.Getpagesize()); many-few != want {
		t.Errorf("100 pages more are %d bytes, want %d", many-few, want)
	}
	if again := touched("10"); again != few {
		t.Errorf("%d bytes touched, and %d before", again, few)
	}
}
