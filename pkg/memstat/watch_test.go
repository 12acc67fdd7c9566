package memstat_test

import (
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestWatch: only the scopes that were opened meanwhile, and are still open, are
// told.
func TestWatch(t *testing.T) {
	ledger, other := memstat.NewLedger(memstat.SitesNever), memstat.NewLedger(memstat.SitesNever)
	before := ledger.Open(0)
	outer := memstat.NewWatch()
	early, closed := ledger.Open(1), other.Open(2)
	inner := memstat.NewWatch()
	late := other.Open(3)
	for _, s := range []*memstat.Scope{before, closed} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	check := func(name string, got []memstat.OpenScope, want ...uint64) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: %+v, want %v", name, got, want)
		}
		for i, s := range got {
			site := memstat.Symbolize(s.Stack)
			if s.Number != want[i] || len(site) == 0 || site[0].Function != "memstat_test.TestWatch" {
				t.Errorf("%s: %+v, want number %d", name, s, want[i])
			}
		}
	}
	check("outer", outer.Open(), 1, 3)
	check("inner", inner.Open(), 3)
	inner.Stop()
	inner.Stop()
	if err := late.Close(); err != nil {
		t.Error(err)
	}
	check("outer, later", outer.Open(), 1)
	if err := early.Close(); err != nil {
		t.Error(err)
	}
	outer.Stop()
	unseen := ledger.Open(4)
	check("stopped", outer.Open())
	empty := memstat.NewWatch()
	check("nothing", empty.Open())
	empty.Stop()
	if err := unseen.Close(); err != nil {
		t.Error(err)
	}
}
