//go:build !linux

package engine

// pagemap cannot tell on this system.
type pagemap struct{}

func openPagemap() *pagemap { return &pagemap{} }

func (*pagemap) close() error { return nil }

func (*pagemap) private(runs []pageRun, _ mapping, _ uint64) ([]pageRun, bool) { return runs, false }
