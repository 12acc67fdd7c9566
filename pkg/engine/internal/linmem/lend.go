package linmem

import (
	"errors"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// take lends a slot of size committed bytes that reserves limit bytes or, if
// address space is short, fewer. The limit is not 0.
func (p *Pool) take(size, limit uint64, fresh bool) (*slot, error) {
	size = max(size, PageSize)
	s, err := p.find(size)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return p.newSlot(size, limit)
	}
	if err := s.prepare(fresh, p.pages, p.keepResident); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		return nil, errors.Join(err, p.drop(s))
	}
	return s, nil
}

// find takes a free slot that has size bytes, and commits them; it returns nil
// if there is none. It prefers the slot that this processor gave back last,
// whose memory is in its cache, and then the last one that any processor gave
// back.
func (p *Pool) find(size uint64) (*slot, error) {
	hint, _ := p.last.Get().(*slot)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	i := slices.Index(p.free, hint)
	if i < 0 || hint.reserved < size {
		i = len(p.free) - 1
		for i >= 0 && p.free[i].reserved < size {
			i--
		}
	}
	if i < 0 {
		return nil, nil
	}
	s := p.free[i]
	if err := s.resize(size); err != nil {
		return nil, err
	}
	p.free = slices.Delete(p.free, i, i+1)
	return s, nil
}

// newSlot makes a slot of size committed bytes.
func (p *Pool) newSlot(size, limit uint64) (*slot, error) {
	m, err := reserveSlot(size, limit)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.Join(ErrClosed, m.release())
	}
	s := &slot{mapping: m, reserved: uint64(len(m))}
	if p.image != nil {
		if err := p.image.mapOver(m); err != nil {
			return nil, errors.Join(err, m.release())
		}
		s.image, s.committed = p.image, p.image.size
	}
	if err := s.resize(size); err != nil {
		return nil, errors.Join(err, m.release())
	}
	s.handle = p.scope.Acquire(memstat.KindSlot, int64(len(m)))
	p.slots[s] = struct{}{}
	return s, nil
}

// grow commits size bytes of a slot whose memory has used bytes. It returns that
// slot or, if it reserves less, a larger one with the same content.
func (p *Pool) grow(s *slot, used, size, limit uint64, fresh bool) (*slot, error) {
	if size <= s.committed {
		return s, nil
	}
	if done, err := p.extend(s, size); done || err != nil {
		return s, err
	}
	larger, err := p.take(size, limit, fresh)
	if err != nil {
		return nil, err
	}
	s.copyTo(larger, used, p.pages)
	s.used = used
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drop(s) != nil {
		p.free = append(p.free, s) // the same state as after dropFree
	}
	return larger, nil
}

// extend commits size bytes. It returns false if the slot reserves less.
func (p *Pool) extend(s *slot, size uint64) (done bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if size > s.reserved {
		return false, nil
	}
	return true, s.resize(size)
}

// give takes a slot back, whose memory has grown to used bytes. No code that
// can reach the slot may still run.
func (p *Pool) give(s *slot, used uint64) error {
	s.used = used
	var err error
	if used > p.keepResident {
		// A free slot must not keep more.
		err = s.clean(p.pages, p.keepResident)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || p.closed {
		return errors.Join(err, p.drop(s))
	}
	if len(p.free) == p.maxFree {
		err = p.drop(p.free[0])
		p.free = slices.Delete(p.free, 0, 1)
	}
	p.free = append(p.free, s)
	p.last.Put(s)
	p.idle.touch(p.rest)
	return err
}
