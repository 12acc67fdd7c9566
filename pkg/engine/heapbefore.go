package engine

import (
	"cmp"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// A module can be the snapshot of a program that had run, with its heap: Wizer makes
// such, and wasi-vfs. Its data contains blocks that no call of this run allocated, and that
// the guest may free.

// dlmalloc's header of a block is the word before it: the size with the header, a
// multiple of 8 and at least 16, and in its low bits whether the block before, this
// one, or the bit that is always 0, is set.
const (
	blockHeader   = 4
	blockLeast    = 16
	previousInUse = 1
	blockInUse    = 2
	blockFlags    = 7
)

// blockBefore returns the size of dlmalloc's block at an address, without its
// header, if the data has one there before the guest begins. The headers of the block and
// of the one after it must agree, which data other than a heap's hardly does.
func (l *heapLayout) blockBefore(addr uint32) (size uint32, ok bool) {
	head, ok := l.word(uint64(addr) - blockHeader)
	size = head &^ blockFlags
	if !ok || addr%8 != 0 || size < blockLeast || head&(blockFlags&^previousInUse) != blockInUse {
		return 0, false
	}
	next, ok := l.word(uint64(addr) - blockHeader + uint64(size))
	return size - blockHeader, ok && next&previousInUse != 0 && next&^blockFlags != 0
}

// word returns the word of the data at an address. Bytes that no segment has are 0:
// snapshots leave zeros out.
func (l *heapLayout) word(addr uint64) (v uint32, ok bool) {
	for i := range uint64(4) {
		n, _ := slices.BinarySearchFunc(l.data, addr+i+1, func(d guestheap.Data, end uint64) int {
			return cmp.Compare(uint64(d.Start), end)
		})
		if n == 0 {
			continue
		}
		d := l.data[n-1]
		if at := addr + i - uint64(d.Start); at < uint64(len(d.Bytes)) {
			v |= uint32(d.Bytes[at]) << (8 * i)
			ok = true
		}
	}
	return v, ok
}

// adopt makes a block known that the guest had before it began, if there is one at an
// address of which nothing is known.
func (w *heapWatch) adopt(addr uint32, id guestheap.StackID) {
	if w.heap.Known(addr) {
		return
	}
	layout, err := w.code.layout()
	if err != nil {
		return
	}
	if size, ok := layout.blockBefore(addr); ok {
		w.heap.Adopt(addr, size, id)
		w.before++
	}
}
