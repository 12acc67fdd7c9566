package wasi

import (
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestTableFaults closes three files, two of them listed directories, one of
// them before the table is destroyed: each fault loses one object.
func TestTableFaults(t *testing.T) {
	for _, tc := range []struct {
		faults Fault
		want   map[memstat.Kind]int64
	}{
		{0, nil},
		{FaultFDEntry, map[memstat.Kind]int64{memstat.KindFDEntry: 1}},
		{FaultDirStream, map[memstat.Kind]int64{memstat.KindDirStream: 1}},
		{FaultFDEntry | FaultDirStream, map[memstat.Kind]int64{memstat.KindFDEntry: 1, memstat.KindDirStream: 1}},
	} {
		ledger := memstat.NewLedger(memstat.SitesAlways)
		scope := ledger.Open(0)
		var table fdTable
		table.init(scope, tc.faults, 10, 0)
		for i := range 3 {
			f := stream()
			fd := mustInsert(t, &table, f)
			if i > 0 {
				f.dir = openDirStream(scope)
			}
			if i == 1 {
				if err := table.remove(fd); err != nil {
					t.Error(err)
				}
			}
		}
		if err := table.destroy(); err != nil {
			t.Error(err)
		}
		leaks, _ := memstat.SplitLeaks(scope.Close())
		if len(leaks) != len(tc.want) || ledger.Snapshot().DoubleReleases != 0 {
			t.Errorf("faults %b: %v", tc.faults, leaks)
		}
		for _, l := range leaks {
			if l.Objects != tc.want[l.Kind] {
				t.Errorf("faults %b: %d %s lost", tc.faults, l.Objects, l.Kind)
			}
		}
	}
}
