package linmem

// pageRun is a run of a mapping's bytes in whole pages of the host.
type pageRun struct{ from, to uint64 }

// sizeOf returns the number of bytes in all runs.
func sizeOf(runs []pageRun) uint64 {
	var n uint64
	for _, r := range runs {
		n += r.to - r.from
	}
	return n
}
