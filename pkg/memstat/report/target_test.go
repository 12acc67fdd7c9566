package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestTargetLostLocks prices wasm-micro-runtime issue 4192: 216 bytes per cycle.
func TestTargetLostLocks(t *testing.T) {
	l := memstat.NewLedger(memstat.SitesNever)
	for n := range uint64(1000) {
		s := l.Open(n + 1)
		s.Acquire(memstat.KindPrestatLock, 24)
		s.Release(s.Acquire(memstat.KindFDEntry, 64))
		s.Release(s.Acquire(memstat.KindMemory, 65536)) // the source gives no size for it
		s.Close()
	}
	got, err := NewTarget("esp32s3", l.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	want := []TargetKind{
		{Kind: memstat.KindFDEntry, BytesEach: 32, PeakObjects: 1, PeakBytes: 32},
		{Kind: memstat.KindPrestatLock, BytesEach: 216, LeakedObjects: 1000, LeakedBytes: 216_000, PeakObjects: 1, PeakBytes: 216},
	}
	for i := range got.Kinds {
		if got.Kinds[i].What == "" {
			t.Errorf("%v: the parts of the bytes are missing", got.Kinds[i].Kind)
		}
		got.Kinds[i].What = ""
	}
	if diff := cmp.Diff(want, got.Kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(got.Source, "4192") || !strings.Contains(got.Source, "ESP-IDF") {
		t.Errorf("source %q names neither the issue nor ESP-IDF", got.Source)
	}
}

func TestUnknownTarget(t *testing.T) {
	_, err := NewTarget("esp8266", memstat.Snapshot{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range append(Targets(), "esp8266") {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
}
