package linmem

import (
	"errors"
	"sync"
)

// headroom is the address space, in bytes, that slots leave to the Go runtime,
// which ends the process where it has none: a few of its arenas and, with cgo,
// of the C library. Slots leave less only if an instance cannot be made, or
// grow, otherwise.
const headroom = 256 << 20

// reserving is held while address space is tried, of which the process has one:
// two that try at once would each find less than there is.
var reserving sync.Mutex

// reserve reserves limit bytes or, if address space is short (ulimit -v, a
// 32-bit host), fewer, down to size. Each memory can grow in the end, because a
// reservation is a loan: the pool calls in what its slots do not use when
// another one needs it. The caller holds the lock.
func (p *Pool) reserve(size, limit uint64) (mapping, error) {
	reserving.Lock()
	defer reserving.Unlock()
	// A large slot spares a memory that grows from being copied, but takes half
	// of what there is at most.
	ample := func(n uint64) uint64 { return max(headroom, n) }
	m, err := reserveBetween(size, limit, ample)
	if err == nil || errors.Is(err, errors.ErrUnsupported) {
		return m, err
	}
	p.callIn()
	if m, err = reserveBetween(size, limit, ample); err == nil {
		return m, nil
	}
	// Go needs some space for each instance, and more if the memory is large.
	needed := func(n uint64) uint64 { return min(headroom, n+uint64(len(p.slots))<<20) }
	return reserveBetween(size, min(limit, size+size/4), needed)
}

// reserveBetween reserves most bytes or, if that does not leave as many as leave
// says, half as many more than least, and so on, down to least.
func reserveBetween(least, most uint64, leave func(n uint64) uint64) (mapping, error) {
	for n := most / PageSize * PageSize; ; n = least + (n-least)/2/PageSize*PageSize {
		m, err := reserveLeaving(n, leave(n))
		if err == nil || n <= least || errors.Is(err, errors.ErrUnsupported) {
			return m, err
		}
	}
}

// reserveLeaving reserves n bytes if as many as left can be reserved beside them.
func reserveLeaving(n, left uint64) (mapping, error) {
	m, err := reserve(n)
	if err != nil {
		return nil, err
	}
	room, err := reserve(left)
	if err != nil {
		return nil, errors.Join(err, m.release())
	}
	return m, room.release()
}

// callIn gives up the address space that no memory uses: free slots, and what
// the others have reserved but not committed. What cannot be given up stays
// accounted for. The caller holds the lock.
func (p *Pool) callIn() {
	_ = p.dropFree()
	for s := range p.slots {
		_ = s.shrink()
		p.scope.Resize(s.handle, int64(s.reserved))
	}
}
