//go:build !linux

package linmem

// PageMap does not exist on this system, and so cannot tell which pages a
// mapping has.
type PageMap struct{}

// OpenPageMap returns a page map that can tell nothing.
func OpenPageMap() *PageMap { return &PageMap{} }

// Close does nothing.
func (*PageMap) Close() error { return nil }

func (*PageMap) private(runs []Run, _ mapping, _ uint64) ([]Run, bool) { return runs, false }
