package linmem

import (
	"errors"
	"math"
	"sync"
)

// headroom is the address space, in bytes, that slots leave to the Go runtime,
// which ends the process where it has none: a few of its arenas and, with cgo,
// of the C library. Slots leave less only if an instance cannot be made, or
// grow, otherwise.
const headroom = 256 << 20

// space is the process's address space, which all pools share. Its lock is held
// while space is reserved, because two that try at once would each find less
// than there is. It is taken before a pool's.
var space struct {
	sync.Mutex
	pools map[*Pool]struct{} // that are open
}

// reserveSlot reserves limit bytes or, if address space is short (ulimit -v, a
// 32-bit host), fewer, down to size. Memories can grow in the end, because what a
// slot reserves is a loan: it is called in when another memory needs it.
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

// ample is what a slot of n bytes leaves at least, if it can be smaller: a large
// one spares a memory that grows from being copied, but takes at most half of
// what there is.
func ample(n uint64) uint64 { return max(headroom, n) }

// reserveBetween reserves most bytes or, if that does not leave as many as leave
// says, half as many more than least, and so on, down to least.
func reserveBetween(least, most uint64, leave func(n uint64) uint64) (mapping, error) {
	there := spaceLeft()
	for n := most / PageSize * PageSize; ; n = least + (n-least)/2/PageSize*PageSize {
		m, err := reserveLeaving(n, leave(n), there)
		if err == nil || n <= least || errors.Is(err, errors.ErrUnsupported) {
			return m, err
		}
	}
}

// unlimited is the address space of a process whose space has no limit, or one
// that is not known.
const unlimited = math.MaxUint64

// reserveLeaving reserves n bytes of those that there are, if as many as left
// remain. Without a limit it tries to reserve those, too. A limit is computed
// with, and not tried, because in the meantime Go would find nothing left.
func reserveLeaving(n, left, there uint64) (mapping, error) {
	if there < n || there-n < left {
		return nil, errNoSpace
	}
	m, err := reserve(n)
	if err != nil || there != unlimited {
		return m, err
	}
	room, err := reserve(left)
	if err != nil {
		return nil, errors.Join(err, m.release())
	}
	return m, room.release()
}

// callIn gives up the address space that no memory uses: free slots, and what
// the others reserve but have not committed. What cannot be given up stays
// accounted for. It returns the number of slots left.
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
