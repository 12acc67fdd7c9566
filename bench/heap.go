package main

import (
	"context"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// heapContests measure the cost of watching a guest's allocations: the same guests with
// and without, by processor time.
var heapContests = watchedContests([]allocations{
	{computation{"pairs_2", "malloc and free, 2 calls deep", "c/heapbench.wasm", []string{"pairs", "2000000", "0"}}, allocating},
	{computation{"pairs_10", "malloc and free, 10 calls deep", "c/heapbench.wasm", []string{"pairs", "2000000", "8"}}, allocating},
	{computation{"pairs_29", "malloc and free, 29 calls deep", "c/heapbench.wasm", []string{"pairs", "2000000", "27"}}, allocating},
	{computation{"realloc", "realloc, mostly in place", "c/heapbench.wasm", []string{"reallocs", "4000000", "0"}}, allocating},
	{computation{"calloc", "calloc and free", "c/heapbench.wasm", []string{"callocs", "2000000", "0"}}, allocating},
	{computation{"live", "50,000 live blocks, in random order", "c/heapbench.wasm", []string{"random", "1000000", "0"}}, allocating},
	{computation{"cpp", "C++ with containers", "cpp/containers.wasm", nil}, allocating},
	{computation{"none", "no allocations", "c/heapbench.wasm", []string{"none", "10000000", "0"}}, idle},
})

// allocations are a guest, and the most that watching its heap may cost, as a
// factor.
type allocations struct {
	computation
	limit float64
}

const (
	allocating = 2.2
	idle       = 1.05
	unwatched  = "wamr-go unwatched"
)

var watched = way{ours, oursWith(engine.Config{Heap: engine.HeapConfig{Check: true}})}

// watchedContests run each guest in this process, compiled beforehand.
func watchedContests(all []allocations) []contest {
	var contests []contest
	for _, a := range all {
		r := row{"heap_" + a.name, a.work + " with --leak-check", processor, []bar{{unwatched, a.limit}}}
		contests = append(contests, contest{rows: []row{r}, prepare: func(ctx context.Context, b *bench) []contestant {
			p := program{name: a.name, sums: make(map[string]string)}
			return []contestant{
				p.measured(ctx, b, r.id, way{unwatched, newOurs}, a.computation),
				p.measured(ctx, b, r.id, watched, a.computation),
			}
		}})
	}
	return contests
}
