package memstat_test

import (
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// An instance loses its lock, as in wasm-micro-runtime issue 4192.
func Example() {
	ledger := memstat.NewLedger(memstat.SitesNever)
	for cycle := range uint64(1000) {
		scope := ledger.Open(cycle + 1)
		table := scope.Acquire(memstat.KindPrestatTable, 64)
		scope.Acquire(memstat.KindPrestatLock, 24) // and never released
		scope.Release(table)
		scope.Close()
	}
	for _, leak := range ledger.Snapshot().Leaks {
		fmt.Printf("%s: %d objects, first in cycle %d\n", leak.Kind, leak.Objects, leak.Cycle)
	}
	// Output:
	// prestat_lock: 1000 objects, first in cycle 1
}
