package engine

import (
	"bytes"
	"strconv"
)

// codeRange is a range of addresses with executable memory that no file backs:
// code that the process made itself.
type codeRange struct{ from, to uint64 }

// codeRanges are in ascending order and do not overlap. They are nil on a system
// that does not list its mappings.
type codeRanges []codeRange

// parseMaps reads the format of proc_pid_maps(5).
func parseMaps(maps []byte) codeRanges {
	ranges := codeRanges{}
	for line := range bytes.Lines(maps) {
		f := bytes.Fields(line) // addresses, permissions, offset, device, inode[, path]
		if len(f) < 5 || f[1][2] != 'x' || len(f) > 5 {
			continue
		}
		from, to, _ := bytes.Cut(f[0], []byte("-"))
		a, err1 := strconv.ParseUint(string(from), 16, 64)
		b, err2 := strconv.ParseUint(string(to), 16, 64)
		if err1 == nil && err2 == nil {
			ranges = append(ranges, codeRange{a, b})
		}
	}
	return ranges
}

// beyond counts the bytes of r that are not in before. It compares ranges and
// not lines of the list, because the kernel merges neighbouring mappings.
func (r codeRanges) beyond(before codeRanges) uint64 {
	var n uint64
	for _, now := range r {
		n += now.to - now.from
		for _, old := range before {
			if from, to := max(now.from, old.from), min(now.to, old.to); from < to {
				n -= to - from
			}
		}
	}
	return n
}
