package wasi

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// argsGet: args_get(argv, argv_buf).
func argsGet(c *call) Errno { return c.system.args.get(c.memory, c.ptr(0), c.ptr(1)) }

// argsSizesGet: args_sizes_get(argc, argv_buf_size).
func argsSizesGet(c *call) Errno { return c.system.args.sizes(c.memory, c.ptr(0), c.ptr(1)) }

// environGet: environ_get(environ, environ_buf).
func environGet(c *call) Errno { return c.system.environ.get(c.memory, c.ptr(0), c.ptr(1)) }

// environSizesGet: environ_sizes_get(environc, environ_buf_size).
func environSizesGet(c *call) Errno { return c.system.environ.sizes(c.memory, c.ptr(0), c.ptr(1)) }

// stringList holds the arguments or the environment in the form that args_get
// and environ_get copy to the guest: one buffer of NUL-terminated strings, and
// the offset at which each begins. It does not change after init.
type stringList struct {
	buf    []byte
	starts []uint32
	handle memstat.Handle
}

// ArgBytesError says that the arguments or the environment are larger than
// Limits.ArgBytes. Sizes are in bytes, with a NUL byte after each string.
type ArgBytesError struct {
	What        string // "argument" or "environment"
	Need, Limit uint64
}

// Error names the list that is too large, its size and the limit.
func (e *ArgBytesError) Error() string {
	return fmt.Sprintf("%s: more than the limit of %d bytes", e.What, e.Limit)
}

// checkStrings returns an error if a stringList cannot hold list in limit
// bytes. NewSystem calls it before it acquires anything.
func checkStrings(what string, list []string, limit int) error {
	size := uint64(0)
	for _, s := range list {
		if strings.IndexByte(s, 0) >= 0 {
			return fmt.Errorf("%s %q: contains a NUL byte", what, s)
		}
		size += uint64(len(s)) + 1
	}
	if size > uint64(limit) {
		return &ArgBytesError{what, size, uint64(limit)}
	}
	return nil
}

func (l *stringList) init(scope *memstat.Scope, kind memstat.Kind, list []string) {
	size := 0
	for _, s := range list {
		size += len(s) + 1
	}
	l.buf = make([]byte, 0, size)
	l.starts = make([]uint32, 0, len(list))
	for _, s := range list {
		l.starts = append(l.starts, uint32(len(l.buf)))
		l.buf = append(append(l.buf, s...), 0)
	}
	l.handle = scope.Acquire(kind, int64(cap(l.buf)+4*cap(l.starts)))
}

func (l *stringList) destroy(scope *memstat.Scope) {
	l.buf, l.starts = nil, nil
	scope.Release(l.handle)
}

// sizes implements args_sizes_get and environ_sizes_get.
func (l *stringList) sizes(m memory, countPtr, sizePtr uint32) Errno {
	if errno := m.check(sizePtr, 4); errno != ESUCCESS {
		return errno
	}
	if errno := m.putU32(countPtr, uint32(len(l.starts))); errno != ESUCCESS {
		return errno
	}
	return m.putU32(sizePtr, uint32(len(l.buf)))
}

// get implements args_get and environ_get.
func (l *stringList) get(m memory, pointers, buf uint32) Errno {
	list, errno := m.array(pointers, uint32(len(l.starts)), 4)
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.putBytes(buf, l.buf); errno != ESUCCESS {
		return errno
	}
	for i, start := range l.starts {
		binary.LittleEndian.PutUint32(list[4*i:], buf+start)
	}
	return ESUCCESS
}
