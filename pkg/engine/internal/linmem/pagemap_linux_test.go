package linmem

import (
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestPageMap writes to pages here and there, and wants both kernel interfaces
// to report them.
func TestPageMap(t *testing.T) {
	pages := OpenPageMap()
	defer pages.Close()
	if pages.fd < 0 || !pages.truthful() {
		t.Skip("this system has no page map, or one that is not true")
	}
	const size = 300 * PageSize
	m, err := reserve(size)
	if err != nil {
		t.Fatal(err)
	}
	defer m.release()
	img, err := NewImage(memstat.NewLedger(memstat.SitesNever).Open(0), slices.Values([]Segment{{Offset: 5, Bytes: []byte("hello")}, {Offset: 9 * hostPage, Bytes: []byte{1}}}))
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if err := img.mapOver(m); err != nil {
		t.Fatal(err)
	}
	if err := m.commit(img.size, size); err != nil {
		t.Fatal(err)
	}
	if m[5] != 'h' { // only read, so the page stays shared
		t.Fatal("no image")
	}
	var want []Run
	for page := uint64(2); page < size/hostPage; page += 1 + page%97 {
		m[page*hostPage] = 7
		want = appendRun(want, page*hostPage, (page+1)*hostPage)
	}
	if len(want) <= regions {
		t.Fatalf("%d runs fit into one scan", len(want))
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
