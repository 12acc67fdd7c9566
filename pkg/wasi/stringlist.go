package wasi

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// stringList is a list of strings as args_get and environ_get hand it over: one
// buffer of NUL-terminated strings, and where in it each begins.
type stringList struct {
	buf    []byte
	starts []uint32
	handle memstat.Handle
}

// checkStrings refuses what a stringList cannot hold, before anything is acquired.
func checkStrings(what string, list []string, limit int) error {
	size := 0
	for _, s := range list {
		if strings.IndexByte(s, 0) >= 0 {
			return fmt.Errorf("%s %q: contains a NUL byte", what, s)
		}
		if size += len(s) + 1; size > limit {
			return fmt.Errorf("%s: more than the limit of %d bytes", what, limit)
		}
	}
	return nil
}

func (v *stringList) init(scope *memstat.Scope, kind memstat.Kind, list []string) {
	size := 0
	for _, s := range list {
		size += len(s) + 1
	}
	v.buf = make([]byte, 0, size)
	v.starts = make([]uint32, 0, len(list))
	for _, s := range list {
		v.starts = append(v.starts, uint32(len(v.buf)))
		v.buf = append(append(v.buf, s...), 0)
	}
	v.handle = scope.Acquire(kind, int64(cap(v.buf)+4*cap(v.starts)))
}

func (v *stringList) destroy(scope *memstat.Scope) {
	v.buf, v.starts = nil, nil
	scope.Release(v.handle)
}

// sizes answers args_sizes_get and environ_sizes_get.
func (v *stringList) sizes(m memory, countPtr, sizePtr uint32) Errno {
	if errno := m.check(sizePtr, 4); errno != ESUCCESS {
		return errno
	}
	if errno := m.putU32(countPtr, uint32(len(v.starts))); errno != ESUCCESS {
		return errno
	}
	return m.putU32(sizePtr, uint32(len(v.buf)))
}

// get answers args_get and environ_get.
func (v *stringList) get(m memory, pointers, buf uint32) Errno {
	list, errno := m.array(pointers, uint32(len(v.starts)), 4)
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.putBytes(buf, v.buf); errno != ESUCCESS {
		return errno
	}
	for i, start := range v.starts {
		binary.LittleEndian.PutUint32(list[4*i:], buf+start)
	}
	return ESUCCESS
}
