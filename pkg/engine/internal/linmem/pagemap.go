package linmem

// Run is a run of a mapping's bytes in whole pages of the host.
type Run struct{ From, To uint64 }

// sizeOf returns the number of bytes in all runs.
func sizeOf(runs []Run) uint64 {
	var n uint64
	for _, r := range runs {
		n += r.To - r.From
	}
	return n
}
