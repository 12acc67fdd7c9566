package report_test

import (
	"fmt"
	"log"
	"os"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// Write a report in the format of a given name.
func Example() {
	r := &report.Report{
		Outcome: report.Outcome{Kind: "trap", Message: "out of bounds memory access"},
		Memory:  &report.Memory{InitialBytes: 65536, PeakBytes: 131072, LimitBytes: 1 << 20, Grows: 1},
	}
	format, ok := report.Lookup("text")
	if !ok {
		log.Fatal("no such format")
	}
	if err := format.Write(os.Stdout, r, report.Options{Width: 72}); err != nil {
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

// A lock that costs nothing on this machine costs 216 bytes on an ESP32-S3.
func ExampleNewTarget() {
	ledger := memstat.NewLedger(memstat.SitesNever)
	for cycle := range uint64(1000) {
		scope := ledger.Open(cycle + 1)
		scope.Acquire(memstat.KindPrestatLock, 0) // and never released
		scope.Close()
	}
	target, err := report.NewTarget("esp32s3", ledger.Snapshot())
	if err != nil {
		log.Fatal(err)
	}
	for _, kind := range target.Kinds {
		fmt.Printf("%s: %d bytes lost on %s\n", kind.Kind, kind.LeakedBytes, target.Name)
	}
	// Output:
	// prestat_lock: 216000 bytes lost on esp32s3
}
