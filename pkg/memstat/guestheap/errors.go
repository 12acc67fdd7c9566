package guestheap

// DefaultMaxErrors is the number of errors at different places that a heap
// keeps.
const DefaultMaxErrors = 1000

// Call is a kind of allocator call that can fail the checks.
type Call uint8

// The calls.
const (
	CallFree Call = iota
	CallRealloc
	CallCalloc
)

// ErrorKind is a kind of error of the guest.
type ErrorKind uint8

// The kinds of errors.
const (
	DoubleFree      ErrorKind = iota // a free of a block that was freed before
	InvalidFree                      // a free of an address where no block is known
	InteriorFree                     // a free of an address within a block
	ReallocOfFreed                   // a realloc of a block that was freed before
	InvalidRealloc                   // a realloc of an address where no block is known
	InteriorRealloc                  // a realloc of an address within a block
	CallocOverflow                   // a calloc whose size has more than 32 bits
	errorKinds      = iota
)

var errorNames = [errorKinds]string{"double_free", "invalid_free", "interior_free",
	"realloc_of_freed", "invalid_realloc", "interior_realloc", "calloc_overflow"}

// String returns the name that reports use, such as "double_free".
func (k ErrorKind) String() string {
	if int(k) < len(errorNames) {
		return errorNames[k]
	}
	return "unknown"
}

// heapError is an error with its first place and the number of times that it
// happened there.
type heapError struct {
	kind  ErrorKind
	addr  uint32
	stack StackID
	block block // that was freed, or that contains the address; none if addr is 0
	count uint64
	// elements and size are the arguments of a calloc.
	elements, size uint32
}

// place is the identity of an error: the same call at the same place is one
// error.
type place struct {
	call  Call
	stack StackID
}

// errorList keeps a limited number of errors.
type errorList struct {
	max   int
	known map[place]int // index in all
	all   []heapError
	total uint64
}

// note counts an error. make is called for the first of its place, if there is
// room for it.
func (l *errorList) note(p place, make func() heapError) {
	l.total++
	if i, ok := l.known[p]; ok {
		l.all[i].count++
		return
	}
	if len(l.all) >= l.max {
		return
	}
	if l.known == nil {
		l.known = map[place]int{}
	}
	l.known[p] = len(l.all)
	e := make()
	e.stack, e.count = p.stack, 1
	l.all = append(l.all, e)
}

// Overflow notes a calloc of n elements of the given size, whose product exceeds 32
// bits.
func (h *Heap) Overflow(n, size uint32, stack StackID) {
	h.errors.note(place{CallCalloc, stack}, func() heapError {
		return heapError{kind: CallocOverflow, elements: n, size: size}
	})
}

// Errors returns the number of errors.
func (h *Heap) Errors() uint64 { return h.errors.total }

// invalid notes a free or a realloc of an address that is not a live block.
func (h *Heap) invalid(call Call, addr uint32, stack StackID) {
	h.errors.note(place{call, stack}, func() heapError {
		freed, unknown, interior := DoubleFree, InvalidFree, InteriorFree
		if call == CallRealloc {
			freed, unknown, interior = ReallocOfFreed, InvalidRealloc, InteriorRealloc
		}
		if b := h.table.find(addr); b != nil {
			return heapError{kind: freed, addr: addr, block: *b}
		}
		if b, ok := h.containing(addr); ok {
			return heapError{kind: interior, addr: addr, block: b}
		}
		return heapError{kind: unknown, addr: addr}
	})
}

// containing returns the live block that contains an address.
func (h *Heap) containing(addr uint32) (block, bool) {
	for b := range h.table.blocks {
		if b.addr < addr && addr-b.addr < b.size {
			return b, true
		}
	}
	return block{}, false
}
