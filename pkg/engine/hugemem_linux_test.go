package engine_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestFourGiB grows a memory as far as it goes. With the interpreter that is
// all of 65536 pages, of which api.Memory's Size says 0. Compiled code could not
// use the last one, and must not get it.
func TestFourGiB(t *testing.T) {
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
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/grow"))
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

// TestAddressSpace runs in a process that has little of it.
func TestAddressSpace(t *testing.T) {
	const child = "WAMR_GO_TEST_ADDRESS_SPACE"
	if os.Getenv(child) == "" {
		if engine.RaceEnabled {
			t.Skip("the race detector needs terabytes of address space")
		}
		cmd := exec.Command("sh", "-c", `ulimit -v 3000000 && exec "$0" -test.run '^TestAddressSpace$' -test.v`, os.Args[0])
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	ctx := context.Background()
	ledger := memstat.NewLedger(memstat.SitesAuto)
	m := compile(t, newRuntime(t, engine.Config{Ledger: ledger}), guest(t, "c/hello"))
	var open []*engine.Instance
	for {
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			var none *engine.MemoryError
			if !errors.As(err, &none) {
				t.Errorf("error %v", err)
			}
			break
		}
		open = append(open, in)
		if o := in.Start(ctx); !o.Clean() {
			t.Errorf("instance %d: %v", len(open), o)
		}
		if limit := in.Memory().LimitBytes; limit >= 4<<30 {
			t.Errorf("instance %d: limit %d", len(open), limit)
		}
		if len(open) == 2000 {
			break
		}
	}
	t.Logf("%d instances", len(open))
	if len(open) < 3 {
		t.Error("too few")
	}
	for _, in := range open {
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	checkLedger(t, ledger)
}
