package guestheap

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// Memory reads the memory of the guest. The bytes are used only until the next
// call. ok is false if a part of the range is not in the memory.
type Memory interface {
	Read(addr, length uint32) (b []byte, ok bool)
}

// Range is a part of the memory, from Start to before End.
type Range struct{ Start, End uint32 }

// Roots are the places outside of its blocks where a guest keeps pointers.
type Roots struct {
	Words  []uint32 // values of global variables
	Ranges []Range  // parts of the memory: data, and the stack
	Not    []Range  // parts of Ranges that are no roots: those of the allocator
	// Initial is the content of data when the guest began, by Start. A word that
	// still has it is no pointer: there were no blocks then. Constants and tables
	// of numbers never change, and look like addresses all too often.
	Initial []Data
}

// Data is a part of the memory with its content.
type Data struct {
	Start uint32
	Bytes []byte // the caller's, who does not change them
}

// initial says whether a word of the memory has the value that it began with. Of
// data that overlap, the last one before the word counts.
func (r Roots) initial(addr, value uint32) bool {
	i, _ := slices.BinarySearchFunc(r.Initial, uint64(addr)+1, func(d Data, end uint64) int {
		return cmp.Compare(uint64(d.Start), end)
	})
	if i == 0 {
		return false
	}
	d := r.Initial[i-1]
	at := uint64(addr - d.Start)
	return at+word <= uint64(len(d.Bytes)) && binary.LittleEndian.Uint32(d.Bytes[at:]) == value
}

// LeakKind describes how a live block can be reached.
type LeakKind uint8

// The kinds, with valgrind's names, the worst first.
const (
	DefinitelyLost LeakKind = iota // nothing points to it
	IndirectlyLost                 // only lost blocks point to it
	PossiblyLost                   // only a pointer into its middle leads to it
	StillReachable                 // a pointer to its beginning leads to it
	leakKinds      = iota
)

var leakNames = [leakKinds]string{"definitely_lost", "indirectly_lost", "possibly_lost", "still_reachable"}

// String returns the name that reports use, such as "definitely_lost".
func (k LeakKind) String() string {
	if int(k) < len(leakNames) {
		return leakNames[k]
	}
	return "unknown"
}

// MarshalText returns the name, so that JSON holds it.
func (k LeakKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name that MarshalText wrote.
func (k *LeakKind) UnmarshalText(text []byte) error {
	i := slices.Index(leakNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is no kind of leak", text)
	}
	*k = LeakKind(i)
	return nil
}

// LeakKinds returns all kinds, the worst first.
func LeakKinds() []LeakKind {
	return []LeakKind{DefinitelyLost, IndirectlyLost, PossiblyLost, StillReachable}
}

// scanned is a live block in a scan.
type scanned struct {
	block
	extent  uint32 // bytes that are its own
	kind    LeakKind
	reached bool // and then kind is valid
	leader  int  // index of the lost block that leads to it
	blocks  uint64
	bytes   uint64 // bytes that only it leads to, and their number
}

// scan is one scan of the memory.
type scan struct {
	memory Memory
	blocks []scanned // by address
	low    uint32    // the least address of a block
	high   uint32    // the end of the last one
	todo   []int
}

// word is the size of a pointer, and its alignment.
const word = 4

// scan classifies each live block.
func (h *Heap) scan(m Memory, roots Roots) []scanned {
	s := &scan{memory: m, blocks: make([]scanned, 0, h.table.live)}
	for b := range h.table.blocks {
		s.blocks = append(s.blocks, scanned{block: b})
	}
	if len(s.blocks) == 0 {
		return nil
	}
	// A guest can report blocks that overlap. Each word belongs to the last block that
	// begins before it, so a scan never reads more than the memory.
	slices.SortFunc(s.blocks, func(a, b scanned) int {
		if a.addr < b.addr {
			return -1
		}
		return 1 // no two blocks have one address
	})
	for i := range s.blocks {
		b := &s.blocks[i]
		b.extent = min(b.size, ^b.addr)
		if i+1 < len(s.blocks) {
			b.extent = min(b.extent, s.blocks[i+1].addr-b.addr)
		}
	}
	last := s.blocks[len(s.blocks)-1]
	s.low, s.high = s.blocks[0].addr, last.addr+max(last.extent, 1)
	s.fromRoots(roots, h.kept)
	s.lost()
	return s.blocks
}

// fromRoots finds the blocks that are reachable, and those that possibly are.
func (s *scan) fromRoots(roots Roots, kept map[uint32]bool) {
	reach := func(value uint32) {
		if i, interior, ok := s.find(value); ok {
			s.reach(i, interior)
		}
	}
	for addr := range kept {
		reach(addr)
	}
	for _, w := range roots.Words {
		reach(w)
	}
	for _, r := range roots.Ranges {
		for _, part := range without(r, roots.Not) {
			s.words(part.Start, part.End, func(addr, value uint32) {
				if !roots.initial(addr, value) {
					reach(value)
				}
			})
		}
	}
	for len(s.todo) > 0 {
		b := s.blocks[s.pop()]
		s.words(b.addr, b.addr+b.extent, func(_, value uint32) {
			if i, interior, ok := s.find(value); ok {
				s.reach(i, interior || b.kind == PossiblyLost)
			}
		})
	}
}

// reach notes that a block was reached, and scans it again if it was only
// possibly reached before.
func (s *scan) reach(i int, possibly bool) {
	b := &s.blocks[i]
	kind := StillReachable
	if possibly {
		kind = PossiblyLost
	}
	if !b.reached || b.kind < kind {
		b.reached, b.kind = true, kind
		s.todo = append(s.todo, i)
	}
}

// lost separates the lost blocks that other blocks lead to from those that nothing
// leads to. A lost block leads a clique: all lost blocks that can be reached from it.
// If a later block leads to a leader, the leader joins its clique.
func (s *scan) lost() {
	for i := range s.blocks {
		if s.blocks[i].reached {
			continue
		}
		s.blocks[i].reached, s.blocks[i].kind, s.blocks[i].leader = true, DefinitelyLost, i
		s.todo = append(s.todo, i)
		for len(s.todo) > 0 {
			b := s.blocks[s.pop()]
			s.words(b.addr, b.addr+b.extent, func(_, value uint32) {
				j, _, ok := s.find(value)
				if !ok || j == i {
					return
				}
				c := &s.blocks[j]
				switch {
				case !c.reached:
					c.reached, c.kind, c.leader = true, IndirectlyLost, i
					s.todo = append(s.todo, j)
				case c.kind == DefinitelyLost: // a former leader: its clique was walked
					c.kind, c.leader = IndirectlyLost, i
				}
			})
		}
	}
	for i := range s.blocks {
		if b := &s.blocks[i]; b.kind == IndirectlyLost {
			leader := &s.blocks[s.leaderOf(i)]
			leader.blocks++
			leader.bytes += uint64(b.size)
		}
	}
}

// leaderOf follows the leaders to the one that nothing leads to, and shortens the path
// for the next search.
func (s *scan) leaderOf(i int) int {
	top := i
	for s.blocks[top].leader != top {
		top = s.blocks[top].leader
	}
	for i != top {
		i, s.blocks[i].leader = s.blocks[i].leader, top
	}
	return top
}

func (s *scan) pop() int {
	i := s.todo[len(s.todo)-1]
	s.todo = s.todo[:len(s.todo)-1]
	return i
}

// find returns the block that a value points to or into.
func (s *scan) find(value uint32) (i int, interior, ok bool) {
	if value < s.low || value >= s.high {
		return 0, false, false
	}
	i, found := slices.BinarySearchFunc(s.blocks, value, func(b scanned, v uint32) int {
		switch {
		case b.addr < v:
			return -1
		case b.addr > v:
			return 1
		default:
			return 0
		}
	})
	if found {
		return i, false, true
	}
	i--
	if i < 0 || value-s.blocks[i].addr >= s.blocks[i].extent {
		return 0, false, false
	}
	return i, true, true
}

// words calls f with each aligned word of a range that may be an address of a
// block, and its own address, as far as the memory reaches.
func (s *scan) words(start, end uint32, f func(addr, value uint32)) {
	start = (start + word - 1) &^ (word - 1)
	end &^= word - 1
	const chunk = 1 << 20
	for start < end {
		n := min(end-start, chunk)
		b, ok := s.memory.Read(start, n)
		if !ok {
			return
		}
		for i := 0; i+word <= len(b); i += word {
			if v := binary.LittleEndian.Uint32(b[i:]); v >= s.low && v < s.high {
				f(start+uint32(i), v)
			}
		}
		start += n
	}
}

// without returns a range without parts of it.
func without(r Range, not []Range) []Range {
	parts := []Range{r}
	for _, n := range not {
		var next []Range
		for _, p := range parts {
			if n.End <= p.Start || n.Start >= p.End {
				next = append(next, p)
				continue
			}
			if p.Start < n.Start {
				next = append(next, Range{p.Start, n.Start})
			}
			if n.End < p.End {
				next = append(next, Range{n.End, p.End})
			}
		}
		parts = next
	}
	return parts
}
