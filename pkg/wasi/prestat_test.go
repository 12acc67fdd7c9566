package wasi

import (
	"math"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

func kindStat(l *memstat.Ledger, k memstat.Kind) (s memstat.KindStat) {
	for _, s := range l.Snapshot().Kinds {
		if s.Kind == k {
			return s
		}
	}
	return s
}

func TestPrestatTable(t *testing.T) {
	var table prestatTable
	scope := account(t)
	table.init(scope, 0, 4)
	table.insert(3, "/")
	table.insert(9, "/far")
	table.insert(4, "")
	for fd, want := range map[uint32]string{3: "/", 4: ".", 9: "/far"} {
		if name, errno := table.get(fd); name != want || errno != ESUCCESS {
			t.Errorf("get %d: %q %v, want %q", fd, name, errno, want)
		}
	}
	for _, fd := range []uint32{0, 2, 5, 8, 10, 1 << 31, math.MaxUint32} {
		if _, errno := table.get(fd); errno != EBADF {
			t.Errorf("get %d: %v, want EBADF", fd, errno)
		}
		table.remove(fd) // changes nothing
	}
	if n := scope.Live(); n != 5 {
		t.Errorf("%d objects live, want lock, table, three entries", n)
	}
	table.remove(9)
	table.remove(9)
	if _, errno := table.get(9); errno != EBADF {
		t.Errorf("get of a removed one: %v", errno)
	}
	table.renumber(3, 20) // past the end
	if name, errno := table.get(20); name != "/" || errno != ESUCCESS {
		t.Errorf("renumbered: %q %v", name, errno)
	}
	if _, errno := table.get(3); errno != EBADF {
		t.Errorf("get of a renumbered descriptor: %v", errno)
	}
	table.renumber(20, 4) // onto another
	if name, _ := table.get(4); name != "/" {
		t.Errorf("renumbered onto another: %q", name)
	}
	table.renumber(7, 4) // a file without a prestat takes its place
	if _, errno := table.get(4); errno != EBADF {
		t.Errorf("a prestat outlived its descriptor: %v", errno)
	}
	if n := scope.Live(); n != 2 {
		t.Errorf("%d objects live, want lock and table", n)
	}
	table.destroy()
	if n := scope.Live(); n != 0 {
		t.Errorf("%d objects live after destroy", n)
	}
}

// The lock is acquired and released with and without entries; the fault keeps
// it where there is none, and only there.
func TestPrestatLock(t *testing.T) {
	for _, test := range []struct {
		name       string
		fault      Fault
		room       int
		entry      bool
		wantLeaked int64
	}{
		{"empty", 0, 0, false, 0},
		{"room without entries", 0, 4, false, 0},
		{"entries", 0, 4, true, 0},
		{"fault, empty", FaultPrestatsLock, 0, false, 1},
		{"fault, entries", FaultPrestatsLock, 4, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			ledger := memstat.NewLedger(memstat.SitesAlways)
			scope := ledger.Open(0) // a snapshot looks into it
			var table prestatTable
			table.init(scope, test.fault, test.room)
			if test.entry {
				table.insert(3, "/")
			}
			if s := kindStat(ledger, memstat.KindPrestatLock); s.LiveObjects != 1 || s.LiveBytes == 0 {
				t.Errorf("before destroy: %+v", s)
			}
			table.destroy()
			if s := kindStat(ledger, memstat.KindPrestatLock); s.LiveObjects != test.wantLeaked {
				t.Errorf("after destroy: %+v, want %d live", s, test.wantLeaked)
			}
			leaks, _ := memstat.SplitLeaks(scope.Close())
			if len(leaks) != int(test.wantLeaked) {
				t.Errorf("leaks: %v", leaks)
			}
			for _, l := range leaks {
				if l.Kind != memstat.KindPrestatLock {
					t.Errorf("leaked a %s", l.Kind)
				}
			}
		})
	}
}
