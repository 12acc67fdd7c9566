package linmem

import (
	"errors"
	"math"
	"sync"
)

// headroom is the address space, in bytes, that slots leave to the Go runtime,
// which ends the process if it runs out: a few of its arenas and, with cgo, of
// the C library. Slots leave less only if an instance could otherwise not be
// made, or not grow.
const headroom = 256 << 20

// space is the process's address space, which all pools share. Its lock is held
// while space is reserved, because two concurrent attempts would each find less
// than the available space. It is taken before a pool's.
var space struct {
	sync.Mutex
	pools map[*Pool]struct{} // that are open
}

// reserveSlot reserves limit bytes or, if address space is short (ulimit -v, a 32-bit
// host), fewer, down to size. Memories can still grow to their limit, because the
// unused part of a reservation is a loan: it is called in when another memory needs it.
func reserveSlot(size, limit uint64) (mapping, error) {
	space.Lock()
	defer space.Unlock()
	m, err := reserveBetween(size, limit, ample)
	if err == nil || errors.Is(err, errors.ErrUnsupported) {
		return m, err
	}
	slots := 0
	for p := range space.pools {
		slots += p.callIn()
	}
	if m, err = reserveBetween(size, limit, ample); err == nil {
		return m, nil
	}
	// Go needs some space for each instance, and more beside a large memory.
	needed := func(n uint64) uint64 { return min(headroom, n+uint64(slots+1)<<20) }
	return reserveBetween(size, min(limit, size+size/4), needed)
}

// ample returns the address space that a slot of n bytes leaves if a smaller slot would
// do. A large slot spares a growing memory a copy, but takes at most half of the
// available space.
func ample(n uint64) uint64 { return max(headroom, n) }

// reserveBetween reserves most bytes if the reservation leaves leave(n) bytes.
// Otherwise it tries half as many more than least, and so on, down to least.
func reserveBetween(least, most uint64, leave func(n uint64) uint64) (mapping, error) {
	available := spaceLeft()
	for n := most / PageSize * PageSize; ; n = least + (n-least)/2/PageSize*PageSize {
		m, err := reserveLeaving(n, leave(n), available)
		if err == nil || n <= least || errors.Is(err, errors.ErrUnsupported) {
			return m, err
		}
	}
}

// unlimited is the address space of a process without a limit, or with an unknown
// one.
const unlimited = math.MaxUint64

// reserveLeaving reserves n of the available bytes if left bytes remain. Under a
// limit it computes whether they do; trying it would leave Go no addresses
// meanwhile. Without a limit it reserves them for a moment.
func reserveLeaving(n, left, available uint64) (mapping, error) {
	if available < n || available-n < left {
		return nil, errNoSpace
	}
	m, err := reserve(n)
	if err != nil || available != unlimited {
		return m, err
	}
	room, err := reserve(left)
	if err != nil {
		return nil, errors.Join(err, m.release())
	}
	return m, room.release()
}

// callIn gives up the address space that no memory uses: free slots, and the
// reserved but not committed part of the others. A part that cannot be given up
// stays accounted for. It returns the number of slots left.
func (p *Pool) callIn() (slots int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.dropFree()
	for s := range p.slots {
		_ = s.shrink()
		p.scope.Resize(s.handle, int64(s.reserved))
	}
	return len(p.slots)
}
