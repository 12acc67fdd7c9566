package engine

import (
	"bytes"
	"context"
	"math"
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestBlockSeries has numbers of live blocks after each cycle, in three windows of
// four cycles that follow a warm-up of four.
func TestBlockSeries(t *testing.T) {
	for name, tc := range map[string]struct {
		live  [16]int
		leaks bool
	}{
		"one in each cycle":             {[16]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, true},
		"two in each window":            {[16]int{0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7}, true},
		"with some that are given back": {[16]int{9, 1, 9, 2, 9, 4, 9, 6, 9, 8, 9, 10, 19, 12, 19, 14}, true},
		"one in each window":            {[16]int{0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4}, false},
		"none":                          {},
		"the same":                      {[16]int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, false},
		"once":                          {[16]int{0, 0, 0, 0, 0, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50}, false},
		// The censuses see 1, 3, 5 and 7 of a queue that is empty now and then.
		"a queue": {[16]int{4, 0, 2, 1, 0, 9, 2, 3, 7, 0, 6, 5, 2, 3, 0, 7}, false},
	} {
		h, b := guestheap.NewHeap(0), newBlockHunt()
		live := 0
		for i, n := range tc.live {
			for ; live < n; live++ {
				h.Alloc(uint32(live+1)*16, 8, 1)
			}
			for ; live > n; live-- {
				h.Free(uint32(live)*16, 1)
			}
			b.observe(h, func(guestheap.StackID) string { return "" })
			if i%4 == 3 {
				b.census()
			}
		}
		var counts []census.Count
		if s := b.stacks[""]; s != nil {
			counts = s.counts()
		} else {
			counts = make([]census.Count, 4)
		}
		f, leaks := census.Plan{WarmUp: 4, Window: 4, Windows: 3}.Judge(census.GuestBlock, counts)
		if leaks != tc.leaks || leaks && f.BytesPer != 8*f.PerCycle {
			t.Errorf("%s: %v, of %v: %+v", name, leaks, counts, f)
		}
	}
}

// TestGuestBlocks finds the blocks that a plug-in loses without growing its memory.
func TestGuestBlocks(t *testing.T) {
	ctx := context.Background()
	binary := readGuest(t, "c/plugin.wasm")
	cfg := Config{Heap: HeapConfig{Check: true, Suppressions: guestheap.Suppressions{{Name: "known", Kind: "definitely_lost", Frames: []string{"cache"}}}}}
	r := NewRuntime(cfg)
	defer func() { _ = r.Close(ctx) }()
	m, err := r.Compile(ctx, &Binary{Path: "plugin.wasm", Bytes: binary})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		function, arg string
		rate, within  float64 // blocks per call
		bytes         float64 // of a block
	}{
		{"lose", "24", 1, 0, 24},
		{"slip", "1", 1, 0, 24},
		{"slip", "100", 0.01, 0.001, 24},
		{"tidy", "24", 0, 0, 0},
		{"churn", "200", 0, 0, 0},
		{"cache", "1000", 0, 0, 0}, // suppressed
	} {
		res := m.Cycle(ctx, CycleConfig{Cycles: 1000, OneInstance: true, Invoke: tc.function, Args: []string{tc.arg}})
		if res.Hunt == nil || !slices.Contains(res.Hunt.Counted, census.GuestBlock) {
			t.Fatalf("%s %s: hunt %+v", tc.function, tc.arg, res.Hunt)
		}
		var found []census.Finding
		for _, f := range res.Hunt.Findings {
			if f.Kind == census.GuestBlock {
				found = append(found, f)
			} else if f.Kind.OfGuest() && tc.function != "cache" {
				t.Errorf("%s %s: the memory of the guest grew: %+v", tc.function, tc.arg, f)
			}
		}
		if tc.rate == 0 {
			if found != nil {
				t.Errorf("%s %s: %+v", tc.function, tc.arg, found)
			}
			continue
		}
		if len(found) != 1 || res.Hunt.Verdict != memstat.Leaking {
			t.Fatalf("%s %s: %v, %+v", tc.function, tc.arg, res.Hunt.Verdict, found)
		}
		f := found[0]
		if math.Abs(f.PerCycle-tc.rate) > tc.within || f.BytesPer != tc.bytes*f.PerCycle || f.Identity != tc.function || len(f.Site) != 1 || f.Since == 0 {
			t.Errorf("%s %s: %+v", tc.function, tc.arg, f)
		}
	}
}

// TestGuestBlocksOfCycles: each instance has a heap of its own. That one leaves more
// blocks than the one before, because it read a log that grows, is no leak.
func TestGuestBlocksOfCycles(t *testing.T) {
	h := newHeapCalls(t, Config{})
	for _, workers := range []int{1, 2} {
		res := h.modules[0].Cycle(context.Background(), CycleConfig{Cycles: 100, Workers: workers, Config: func(cycle uint64) wasi.Config {
			return wasi.Config{Stdin: bytes.NewReader(bytes.Repeat([]byte{0, 1, 16, 0x80}, int(cycle)))}
		}})
		if res.Hunt == nil || res.Hunt.Verdict != memstat.Clean {
			t.Errorf("%d workers: %+v, %+v", workers, res.Hunt, res.FirstFailure)
		}
	}
}
