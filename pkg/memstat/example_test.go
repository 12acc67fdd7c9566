package memstat_test

import (
	"fmt"
	"log"
	"os"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// An instance that loses its lock, as wasm-micro-runtime did before it fixed
// issue 4192.
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
	target, err := memstat.NewTargetReport("esp32s3", ledger.Snapshot())
	if err != nil {
		log.Fatal(err)
	}
	for _, kind := range target.Kinds {
		fmt.Printf("%s: %d bytes lost on %s\n", kind.Kind, kind.LeakedBytes, target.Name)
	}
	// Output:
	// prestat_lock: 1000 objects, first in cycle 1
	// prestat_table: 0 bytes lost on esp32s3
	// prestat_lock: 216000 bytes lost on esp32s3
}

func ExampleNewTrend() {
	var samples []probe.Sample
	for cycle := range uint64(100) {
		samples = append(samples, probe.Sample{
			Cycle:   cycle,
			Process: probe.Process{probe.FDs: probe.Measured(8 + cycle/4)},
		})
	}
	trend := memstat.NewTrend(samples)
	fmt.Println(trend.Verdict, "-", trend.Reason)
	fmt.Printf("%.2f %s by the cycle\n", trend.Metrics[0].PerCycle, trend.Metrics[0].Unit)
	// Output:
	// leak - fds: the whole interval is above the floor
	// 0.25 descriptors by the cycle
}

func ExampleWriteText() {
	report := &memstat.Report{
		Outcome: memstat.OutcomeReport{Kind: "trap", Message: "out of bounds memory access"},
		Memory:  &memstat.MemoryReport{InitialBytes: 65536, PeakBytes: 131072, LimitBytes: 1 << 20, Grows: 1},
	}
	if err := memstat.WriteText(os.Stdout, report, memstat.TextOptions{Width: 72}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Outcome
	//   ended by      trap
	//   message       out of bounds memory access
	//
	// Memory
	//   initial        64.0 KiB     65,536 bytes
	//   peak          128.0 KiB    131,072 bytes
	//   limit           1.0 MiB  1,048,576 bytes
	//   grows         1
}
