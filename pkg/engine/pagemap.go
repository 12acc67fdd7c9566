package engine

// pageRun is a run of a mapping's bytes, whole pages of the host.
type pageRun struct{ from, to uint64 }

// size is the bytes of all runs.
func sizeOf(runs []pageRun) uint64 {
	var n uint64
	for _, r := range runs {
		n += r.to - r.from
	}
	return n
}
