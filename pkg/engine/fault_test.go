package engine_test

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
)

// TestFaultsAreFound runs each fault: what the ledger does not see, the hunt
// must find, with its kind and its place.
func TestFaultsAreFound(t *testing.T) {
	found := map[string]struct {
		kind     census.Kind
		identity string
	}{
		"host-fd":   {census.Descriptor, "/dev/null"},
		"goroutine": {census.Goroutine, "engine.sleepForever"},
		"thread":    {census.Goroutine, "engine.loseThread"}, // the thread may be one that was idle
		"go-heap":   {census.GoHeap, "engine.loseHeap"},
		"mmap":      {census.Mapping, "anonymous rw-p"},
		"slot":      {census.Mapping, ""},
	}
	for _, name := range engine.FaultNames() {
		fault, err := engine.ParseFault(name + "/10")
		if err != nil {
			t.Fatal(err)
		}
		r := engine.NewRuntime(engine.Config{MaxMemory: 1 << 20})
		m := compile(t, r, guest(t, "c/hello"))
		got := m.Cycle(context.Background(), engine.CycleConfig{Cycles: 200, Fault: fault})
		want, ok := found[name]
		switch {
		case !ok:
			if got.LeakingCycles != 20 {
				t.Errorf("%s: the ledger found it in %d cycles of 20", name, got.LeakingCycles)
			}
		case runtime.GOOS != "linux" && want.kind != census.GoHeap && want.kind != census.Goroutine:
		case got.Hunt == nil || got.Hunt.Verdict != memstat.Leaking:
			t.Errorf("%s: %+v, %v", name, got.Hunt, got.CloseErr)
		default:
			i := slices.IndexFunc(got.Hunt.Findings, func(f census.Finding) bool {
				return f.Kind == want.kind && strings.HasPrefix(f.Identity, want.identity)
			})
			if i < 0 {
				t.Errorf("%s: %+v", name, got.Hunt.Findings)
			}
		}
		_ = m.Close(context.Background())
		_ = r.Close(context.Background())
	}
}

func TestParseFault(t *testing.T) {
	for _, tc := range []struct {
		text, want string // want is "" for an error
	}{
		{"prestats-lock", "prestats-lock"},
		{"prestats-lock/1", "prestats-lock"},
		{"go-heap", "go-heap:64"},
		{"go-heap:9/100", "go-heap:9/100"},
		{"goroutine:9", ""},
		{"go-heap:0", ""},
		{"go-heap:x", ""},
		{"go-heap:99999999999", ""},
		{"go-heap/0", ""},
		{"go-heap/x", ""},
		{"go-heap/", ""},
		{"", ""},
		{"x", ""},
	} {
		f, err := engine.ParseFault(tc.text)
		if (err != nil) != (tc.want == "") || err == nil && f.String() != tc.want {
			t.Errorf("%q: %v, %v, want %q", tc.text, f, err, tc.want)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, seed := range []string{"go-heap:64/100", "prestats-lock", "/", ":", "mmap:/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := engine.ParseFault(text)
		if err != nil {
			return
		}
		again, err := engine.ParseFault(fault.String())
		if err != nil || again != fault {
			t.Errorf("%q is %v, and then %v, %v", text, fault, again, err)
		}
	})
}
