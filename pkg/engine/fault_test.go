package engine_test

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestFaultsAreFound runs each fault: if the ledger does not see it, the hunt
// must find it, with its kind and its place.
func TestFaultsAreFound(t *testing.T) {
	found := map[string]struct {
		ledger   memstat.Kind // or
		kind     census.Kind
		identity string
		guest    string // "" means c/hello
	}{
		"prestats-lock": {ledger: memstat.KindPrestatLock},
		"fd-entry":      {ledger: memstat.KindFDEntry},
		"dir-stream":    {ledger: memstat.KindDirStream, guest: "c/demo"},
		"host-fd":       {kind: census.Descriptor, identity: "/dev/null"},
		"goroutine":     {kind: census.Goroutine, identity: "engine.sleepForever"},
		"thread":        {kind: census.Goroutine, identity: "engine.loseThread"}, // the thread may be one that was idle
		"go-heap":       {kind: census.GoHeap, identity: "engine.loseHeap"},
		"mmap":          {kind: census.Mapping, identity: "anonymous rw-p"},
		"slot":          {kind: census.Mapping},
		"guest-memory":  {}, // TestGuestMemoryFault
	}
	dir := preopen(t, t.TempDir(), "/data")
	for _, name := range engine.FaultNames() {
		fault, err := engine.ParseFault(name + "/10")
		if err != nil {
			t.Fatal(err)
		}
		want, ok := found[name]
		if !ok {
			t.Errorf("no row for %s", name)
		}
		ledger := memstat.NewLedger(memstat.SitesAuto)
		r := engine.NewRuntime(engine.Config{MaxMemory: 1 << 20, Ledger: ledger})
		m := compile(t, r, guest(t, cmp.Or(want.guest, "c/hello")))
		cfg := engine.CycleConfig{Cycles: 200, Fault: fault}
		if want.guest != "" {
			cfg.Config = func(uint64) wasi.Config {
				return wasi.Config{Args: []string{"demo", "/data"}, Preopens: []*wasi.Preopen{dir}}
			}
		}
		got := m.Cycle(context.Background(), cfg)
		_ = m.Close(context.Background())
		_ = r.Close(context.Background())
		switch leaks := ledger.Snapshot().Leaks; {
		case want.ledger != 0:
			if len(leaks) == 0 || leaks[0].Kind != want.ledger || leaks[0].Cycle != 10 || got.LeakingCycles != 20 {
				t.Errorf("%s: the ledger found it in %d cycles of 20: %+v", name, got.LeakingCycles, leaks)
			}
		case want.identity == "" && want.kind == 0:
		case runtime.GOOS != "linux" && want.kind != census.GoHeap && want.kind != census.Goroutine:
		case got.Hunt == nil || got.Hunt.Verdict != memstat.Leaking:
			t.Errorf("%s: %+v, %v", name, got.Hunt, got.CloseErr)
		case !slices.ContainsFunc(got.Hunt.Findings, func(f census.Finding) bool {
			return f.Kind == want.kind && strings.HasPrefix(f.Identity, want.identity)
		}):
			t.Errorf("%s: %+v", name, got.Hunt.Findings)
		}
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
