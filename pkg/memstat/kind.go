package memstat

import "fmt"

// Kind is a class of resources that an instance acquires from its host.
type Kind uint8

// The kinds, in the order in which an instance acquires them, and then those
// of the runtime. docs/memory-report.md describes each.
const (
	KindInstance Kind = iota
	KindMemory
	KindTable
	KindReferences
	KindStack
	KindSystem
	KindArgs
	KindEnviron
	KindFDTable
	KindFDEntry
	KindHostFD
	KindPrestatTable
	KindPrestatEntry
	KindPrestatLock
	KindDirStream
	KindStreamCall
	KindSlot
	KindImage
	kindCount
)

// kinds describes each kind: its name in reports, one object, and the meaning
// of its bytes. Bytes never include the overhead of an allocator.
var kinds = [kindCount]struct{ name, object, bytes string }{
	KindInstance:     {"instance", "a module instance", "0: the engine does not tell"},
	KindMemory:       {"memory", "a linear memory", "its current size"},
	KindTable:        {"table", "a table", "its elements, with the room that is kept for it to grow"},
	KindReferences:   {"references", "an instance's copy of its element segments", "passive segments, and a reference for each function"},
	KindStack:        {"stack", "the stack of a call", "its size, which grows by doubling"},
	KindSystem:       {"system", "the WASI state of an instance", "its struct"},
	KindArgs:         {"args", "the arguments as the guest reads them", "the buffer"},
	KindEnviron:      {"environ", "the environment as the guest reads it", "the buffer"},
	KindFDTable:      {"fd_table", "a table of file descriptors", "its slots"},
	KindFDEntry:      {"fd_entry", "an open descriptor of the guest", "its struct"},
	KindHostFD:       {"host_fd", "an open descriptor of the host", "0: the kernel owns it"},
	KindPrestatTable: {"prestat_table", "a table of preopened directories", "its slots"},
	KindPrestatEntry: {"prestat_entry", "a preopened directory", "its name; its struct is a slot of the table"},
	KindPrestatLock:  {"prestat_lock", "the lock of that table", "its struct"},
	KindDirStream:    {"dir_stream", "a directory being listed", "its buffers"},
	KindStreamCall:   {"stream_call", "a Read or Write of a stream that the guest did not wait for to its end", "its buffer"},
	KindSlot:         {"slot", "a memory mapping that the runtime keeps for the next instance", "the reserved address space"},
	KindImage:        {"image", "the initial memory of a module, shared copy-on-write by its instances", "its size"},
}

// String returns the name that reports use, such as "fd_entry".
func (k Kind) String() string {
	if k >= kindCount {
		return "unknown"
	}
	return kinds[k].name
}

// OfRuntime reports whether objects of the kind belong to the runtime, which
// keeps them for all instances, and not to one instance.
func (k Kind) OfRuntime() bool { return k == KindSlot || k == KindImage }

// IsAddressSpace reports whether the bytes of the kind are reserved addresses
// and not memory.
func (k Kind) IsAddressSpace() bool { return k == KindSlot }

// MarshalText returns the name, so that JSON holds it.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name; it returns an error for an unknown one.
func (k *Kind) UnmarshalText(text []byte) error {
	for i := range kinds {
		if kinds[i].name == string(text) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown kind %q", text)
}
