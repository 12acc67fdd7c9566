package memstat

// account holds the counts of one scope. A closed scope passes it on to the
// next scope, while a Scope itself is never opened again: the holder of a
// closed Scope cannot reach the account of another.
type account struct {
	doubleReleases uint64
	generation     uint32  // of the last acquisition; grows across scopes
	used           kindSet // the kinds whose tally is not zero
	live           int     // number of live records
	freeList       uint32  // first free record's index plus one; 0 if there is none
	tallies        [kindCount]tally
	records        []record
	sites          map[uint32][]uintptr // by a record's index plus one; nil if no stack was recorded
}

// kindSet has one bit for each kind. It lets Close skip the kinds that an
// instance never used.
type kindSet uint32

// A kind without a bit does not compile.
const _ kindSet = 1 << (kindCount - 1)

// record is one acquisition. After its release it is reused with a new
// generation, so a stale handle never names a live record.
type record struct {
	bytes      int64
	generation uint32
	nextFree   uint32 // of a free record: the next one in the list, as in freeList
	kind       Kind
	live       bool
}

// tally counts one kind, in one scope or in all closed scopes.
type tally struct {
	live, bytes     int64
	peak, peakBytes int64
	acquired        uint64 // released objects are those that are not live
}

// add merges the tally of a scope: counts add up, peaks do not.
func (t *tally) add(s *tally) {
	t.live += s.live
	t.bytes += s.bytes
	t.peak = max(t.peak, s.peak)
	t.peakBytes = max(t.peakBytes, s.peakBytes)
	t.acquired += s.acquired
}

// lookup returns the live record that h names, or nil. A nil account has none.
func (a *account) lookup(h Handle) *record {
	if a == nil {
		return nil
	}
	i := int(h.index) - 1
	if i < 0 || i >= len(a.records) {
		return nil
	}
	if r := &a.records[i]; r.live && r.generation == h.generation {
		return r
	}
	return nil
}

// recordSite keeps the stack of an acquisition.
func (a *account) recordSite(i uint32, site []uintptr) {
	if a.sites == nil {
		a.sites = make(map[uint32][]uintptr)
	}
	a.sites[i] = site
}

// recycle empties the account for the next scope. The generation stays, so
// stale handles stay stale.
func (a *account) recycle() {
	const keep = 64 // more records are left to the garbage collector
	a.doubleReleases, a.sites = 0, nil
	if a.live > 0 || len(a.records) > keep {
		a.live, a.freeList, a.records = 0, 0, nil
	}
}
