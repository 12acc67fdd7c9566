package engine

import (
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestPagemap compares the two ways to ask with what was written.
func TestPagemap(t *testing.T) {
	pages := openPagemap()
	defer pages.close()
	const size = 300 * pageSize
	m, err := reserve(size)
	if err != nil {
		t.Fatal(err)
	}
	defer m.release()
	img, err := newImage(memstat.NewLedger(memstat.SitesNever).Open(0), slices.Values([]wasmbin.ActiveSegment{{Offset: 5, Bytes: []byte("hello")}, {Offset: 9 * hostPage, Bytes: []byte{1}}}))
	if err != nil {
		t.Fatal(err)
	}
	defer img.close()
	if err := img.mapOver(m); err != nil {
		t.Fatal(err)
	}
	if err := m.commit(img.size, size); err != nil {
		t.Fatal(err)
	}
	if m[5] != 'h' { // read only: shared with all
		t.Fatal("no image")
	}
	var want []pageRun
	for page := uint64(2); page < size/hostPage; page += 1 + page%97 {
		m[page*hostPage] = 7
		want = appendRun(want, page*hostPage, (page+1)*hostPage)
	}
	if len(want) <= regions {
		t.Fatalf("%d runs do not need a second scan", len(want))
	}
	read, ok := pages.read(nil, addressOf(m), size)
	if !ok || !slices.Equal(read, want) {
		t.Errorf("read: %v, %v; want %v", read, ok, want)
	}
	scanned, err := pages.scan(nil, addressOf(m), size)
	if err != nil {
		t.Skip("PAGEMAP_SCAN: ", err)
	}
	if !slices.Equal(scanned, want) {
		t.Errorf("scanned: %v; want %v", scanned, want)
	}
}
