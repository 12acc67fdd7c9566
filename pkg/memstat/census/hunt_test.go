package census_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
)

// lost keeps the objects that the tests lose.
var lost struct {
	sync.Mutex
	objects []*[64]byte
	files   []*os.File
	maps    [][]byte
	stop    chan struct{}
}

//go:noinline
func loseObject() {
	lost.Lock()
	defer lost.Unlock()
	lost.objects = append(lost.objects, new([64]byte))
}

//go:noinline
func loseGoroutine() { go block(lost.stop) }

func block(stop chan struct{}) { <-stop }

func loseDescriptor() {
	f, err := os.Open(os.DevNull)
	if err != nil {
		panic(err)
	}
	lost.files = append(lost.files, f)
}

// TestHuntFinds runs each kind of leak in every cycle, in every 50th, and not at
// all.
func TestHuntFinds(t *testing.T) {
	dir := t.TempDir()
	lost.stop = make(chan struct{})
	lost.objects = make([]*[64]byte, 0, 1<<16) // growth of the list itself is not the leak
	t.Cleanup(func() {
		close(lost.stop)
		for _, f := range lost.files {
			_ = f.Close()
		}
		lost.objects, lost.files = nil, nil
	})
	files := 0
	for _, tc := range []struct {
		kind     census.Kind
		identity string
		lose     func()
		linux    bool
	}{
		{census.GoHeap, "census_test.loseObject", loseObject, false},
		{census.Goroutine, "census_test.block", loseGoroutine, false},
		{census.Descriptor, os.DevNull, loseDescriptor, true},
		{census.File, "beneath " + dir, func() {
			files++
			name := filepath.Join(dir, string(rune('a'+files%26))+filepath.Base(t.Name())+string(rune('0'+files/26)))
			if err := os.WriteFile(name, nil, 0o600); err != nil {
				t.Error(err)
			}
		}, false},
	} {
		if tc.linux && runtime.GOOS != "linux" {
			continue
		}
		for every, want := range map[int]float64{1: 1, 50: 0.02} {
			cycle := 0
			plan := census.Plan{WarmUp: 10, Window: 100, Windows: 3}
			r := census.Hunt(census.Config{Dirs: []string{dir}}, plan, func(cycles int) bool {
				for range cycles {
					if cycle++; cycle%every == 0 {
						tc.lose()
					}
				}
				return true
			})
			i := slices.IndexFunc(r.Findings, func(f census.Finding) bool {
				return f.Kind == tc.kind && strings.HasPrefix(f.Identity, tc.identity)
			})
			if r.Verdict != memstat.Leaking || i < 0 {
				t.Errorf("%v every %d cycles: %+v", tc.kind, every, r)
				continue
			}
			if f := r.Findings[i]; f.PerCycle < 0.9*want || f.PerCycle > 1.1*want {
				t.Errorf("%v every %d cycles: %v per cycle", tc.kind, every, f.PerCycle)
			}
		}
	}
}

// TestHuntClean: garbage, caches that fill once and a step are no leaks.
func TestHuntClean(t *testing.T) {
	var cache [][]byte
	cycle := 0
	for name, work := range map[string]func(){
		"nothing": func() {},
		"garbage": func() { _ = append([]byte(nil), make([]byte, 100)...) },
		"step": func() {
			if cycle == 150 {
				for range 100 {
					cache = append(cache, make([]byte, 10))
				}
			}
		},
		"a cache that fills": func() {
			if cycle < 60 {
				cache = append(cache, make([]byte, 10))
			}
		},
	} {
		cycle = 0
		r := census.Hunt(census.Config{}, census.PlanFor(400), func(cycles int) bool {
			for range cycles {
				cycle++
				work()
			}
			return true
		})
		if r.Verdict != memstat.Clean {
			t.Errorf("%s: %v, %s, %+v", name, r.Verdict, r.Reason, r.Findings)
		}
		if r.Bound() <= 0 || r.Bound() > 0.03 {
			t.Errorf("%s: bound %v", name, r.Bound())
		}
	}
	runtime.KeepAlive(cache)
}

// TestHuntTooShort: a run that ends early, or has few cycles, tells nothing.
func TestHuntTooShort(t *testing.T) {
	calls := 0
	ends := func(int) bool { calls++; return calls < 3 }
	if r := census.Hunt(census.Config{}, census.PlanFor(1000), ends); r.Verdict != memstat.Inconclusive || r.Reason == "" || calls != 3 {
		t.Errorf("%+v after %d calls", r, calls)
	}
	always := func(int) bool { return true }
	if r := census.Hunt(census.Config{}, census.PlanFor(census.LeastCycles-1), always); r.Verdict != memstat.Inconclusive {
		t.Errorf("%+v", r)
	}
	if r := census.Hunt(census.Config{}, census.PlanFor(census.LeastCycles), always); r.Verdict != memstat.Clean {
		t.Errorf("%+v", r)
	}
}

// TestHuntRestores: the rate of the memory profile is the program's.
func TestHuntRestores(t *testing.T) {
	before := runtime.MemProfileRate
	seen := 0
	census.Hunt(census.Config{}, census.Plan{Windows: 1}, func(int) bool { seen = runtime.MemProfileRate; return true })
	if seen != 1 || runtime.MemProfileRate != before {
		t.Errorf("rate %d in the hunt, %d after it, %d before", seen, runtime.MemProfileRate, before)
	}
}
