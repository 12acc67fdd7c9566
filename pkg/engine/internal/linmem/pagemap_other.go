//go:build !linux

package linmem

// PageMap does not exist on this system: it has no answers.
type PageMap struct{}

// OpenPageMap returns a page map without answers.
func OpenPageMap() *PageMap { return &PageMap{} }

// Close does nothing.
func (*PageMap) Close() error { return nil }

func (*PageMap) private(runs []Run, _ mapping, _ uint64) ([]Run, bool) { return runs, false }
