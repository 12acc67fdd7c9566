package memstat

import "testing"

// pairsPerInstance is roughly the number of acquisitions of one instance: see
// Kind.
const pairsPerInstance = 15

func BenchmarkAcquireRelease(b *testing.B) {
	s := NewLedger(SitesNever).Open(2)
	b.ReportAllocs()
	for b.Loop() {
		s.Release(s.Acquire(KindFDEntry, 64))
	}
}

// BenchmarkScope is the ledger's share of one instantiate and destroy cycle.
func BenchmarkScope(b *testing.B) {
	l := NewLedger(SitesAuto)
	l.Open(1).Close()
	var handles [pairsPerInstance]Handle
	b.ReportAllocs()
	for b.Loop() {
		s := l.Open(2)
		for i := range handles {
			handles[i] = s.Acquire(Kind(i%int(kindCount)), 64)
		}
		for i := len(handles) - 1; i >= 0; i-- {
			s.Release(handles[i])
		}
		if s.Close() != nil {
			b.Fatal("a balanced scope leaked")
		}
	}
}

func BenchmarkSnapshot(b *testing.B) {
	l := NewLedger(SitesNever)
	s := l.Open(1)
	for k := range kindCount {
		s.Acquire(k, 64)
	}
	b.ReportAllocs()
	for b.Loop() {
		l.Snapshot()
	}
}
