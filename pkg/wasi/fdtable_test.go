package wasi

import (
	"math"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// account opens a scope, and checks at the test's end that all was given back
// once.
func account(t *testing.T) *memstat.Scope {
	t.Helper()
	ledger := memstat.NewLedger(memstat.SitesAlways)
	scope := ledger.Open(0) // a snapshot looks into it
	t.Cleanup(func() {
		leaks, _ := memstat.SplitLeaks(scope.Close())
		for _, l := range leaks {
			t.Errorf("leaked %d %s, acquired at %v", l.Objects, l.Kind, l.Site)
		}
		if n := ledger.Snapshot().DoubleReleases; n != 0 {
			t.Errorf("%d double releases", n)
		}
	})
	return scope
}

func stream() *openFile { return &openFile{sysfd: noSysfd, base: streamRights} }

func mustInsert(t *testing.T, table *fdTable, d *openFile) uint32 {
	t.Helper()
	fd, errno := table.insert(d)
	if errno != ESUCCESS {
		t.Fatal(errno)
	}
	return fd
}

func TestFDTableInsertTakesTheLowest(t *testing.T) {
	var table fdTable
	scope := account(t)
	table.init(scope, 0, 100, 2)
	for want := range uint32(20) { // past the room that it was made with
		if fd := mustInsert(t, &table, stream()); fd != want {
			t.Errorf("descriptor %d, want %d", fd, want)
		}
	}
	for _, fd := range []uint32{7, 3, 12} {
		if err := table.remove(fd); err != nil {
			t.Error(err)
		}
	}
	for _, want := range []uint32{3, 7, 12, 20} {
		if fd := mustInsert(t, &table, stream()); fd != want {
			t.Errorf("descriptor %d, want %d", fd, want)
		}
	}
	if n := scope.Live(); n != 22 { // the table and its entries
		t.Errorf("%d objects live, want 22", n)
	}
	if err := table.destroy(); err != nil {
		t.Error(err)
	}
}

func TestFDTableLimit(t *testing.T) {
	var table fdTable
	scope := account(t)
	table.init(scope, 0, 3, 8)
	for range 3 {
		mustInsert(t, &table, stream())
	}
	live := scope.Live()
	if _, errno := table.insert(stream()); errno != EMFILE {
		t.Errorf("a fourth of three: %v, want EMFILE", errno)
	}
	if n := scope.Live(); n != live {
		t.Errorf("the refused descriptor left %d objects", n-live)
	}
	_ = table.remove(1)
	if fd := mustInsert(t, &table, stream()); fd != 1 {
		t.Errorf("descriptor %d, want the free 1", fd)
	}
	_ = table.destroy()
}

func TestFDTableLookup(t *testing.T) {
	var table fdTable
	table.init(account(t), 0, 10, 0)
	d := stream()
	fd := mustInsert(t, &table, d)
	closed := mustInsert(t, &table, stream())
	_ = table.remove(closed)
	if got, errno := table.lookup(fd); got != d || errno != ESUCCESS {
		t.Errorf("lookup: %p %v, want %p", got, errno, d)
	}
	for _, bad := range []uint32{closed, 2, 9, 10, 1 << 16, 1 << 31, math.MaxUint32} {
		if _, errno := table.lookup(bad); errno != EBADF {
			t.Errorf("lookup %d: %v, want EBADF", bad, errno)
		}
		if _, errno := table.get(bad, 0); errno != EBADF {
			t.Errorf("get %d: %v, want EBADF", bad, errno)
		}
	}
	if _, errno := table.get(fd, streamRights|rightSockAccept); errno == ESUCCESS {
		t.Error("get gave a right that the descriptor has not got")
	}
	_ = table.destroy()
}

func TestFDTableRenumber(t *testing.T) {
	var table fdTable
	scope := account(t)
	table.init(scope, 0, 10, 0)
	files := make([]*openFile, 4)
	for i := range files {
		files[i] = stream()
		mustInsert(t, &table, files[i])
	}
	if err := table.renumber(3, 1); err != nil {
		t.Error(err)
	}
	if d, _ := table.lookup(1); d != files[3] {
		t.Error("1 is not the former 3")
	}
	if _, errno := table.lookup(3); errno != EBADF {
		t.Errorf("3 after it was renumbered: %v", errno)
	}
	if n := scope.Live(); n != 4 {
		t.Errorf("%d objects live, want the table and three entries", n)
	}
	if fd := mustInsert(t, &table, stream()); fd != 3 {
		t.Errorf("descriptor %d, want the free 3", fd)
	}
	_ = table.destroy()
}

// A close that fails gives everything back all the same.
func TestFDTableCloseError(t *testing.T) {
	var table fdTable
	table.init(account(t), 0, 10, 0)
	mustInsert(t, &table, &openFile{sysfd: 1 << 30, owned: true}) // closing it is EBADF
	mustInsert(t, &table, stream())
	mustInsert(t, &table, &openFile{sysfd: 1 << 30, owned: true})
	if err := table.destroy(); errnoOf(err) != EBADF {
		t.Errorf("closing a number that is not open: %v", err)
	}
}

// Any sequence of insertions and removals agrees with a map.
func TestFDTableModel(t *testing.T) {
	const limit = 32
	var table fdTable
	table.init(account(t), 0, limit, 0)
	model := map[uint32]*openFile{}
	state := uint32(1)
	random := func(n uint32) uint32 { // xorshift: the same on every run
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		return state % n
	}
	for step := range 5000 {
		fd, to := random(limit), random(limit)
		switch random(4) {
		case 0, 1:
			d := stream()
			want := uint32(0)
			for model[want] != nil {
				want++
			}
			got, errno := table.insert(d)
			switch {
			case want >= limit:
				if errno != EMFILE {
					t.Fatalf("step %d: full: %v", step, errno)
				}
			case errno != ESUCCESS || got != want:
				t.Fatalf("step %d: descriptor %d %v, want %d", step, got, errno, want)
			default:
				model[got] = d
			}
		case 2:
			if model[fd] != nil {
				_ = table.remove(fd)
				delete(model, fd)
			}
		case 3:
			if model[fd] != nil && model[to] != nil && fd != to {
				_ = table.renumber(fd, to)
				model[to] = model[fd]
				delete(model, fd)
			}
		}
		for fd := range uint32(limit + 1) {
			if d, _ := table.lookup(fd); d != model[fd] {
				t.Fatalf("step %d: descriptor %d differs", step, fd)
			}
		}
	}
	_ = table.destroy()
}
