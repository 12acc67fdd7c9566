package memstat

import "fmt"

// Kind names a class of resource that an instance acquires from its host.
type Kind uint8

// The kinds, in the order in which an instance acquires them. What a kind's
// bytes are is said per kind; none includes the allocator's own overhead.
const (
	KindInstance     Kind = iota // a module instance; bytes: 0, wazero does not tell
	KindMemory                   // a linear memory; bytes: its current size
	KindSystem                   // a WASI system; bytes: its Go struct
	KindArgs                     // the argument vector as the guest reads it; bytes: its buffer
	KindEnviron                  // the environment as the guest reads it; bytes: its buffer
	KindFDTable                  // a file descriptor table; bytes: its slots
	KindFDEntry                  // an open descriptor; bytes: its Go struct
	KindHostFD                   // a descriptor of the host's; bytes: 0, the kernel owns it
	KindPrestatTable             // a prestat table; bytes: its slots
	KindPrestatEntry             // a prestat; bytes: its Go struct and its name
	KindPrestatLock              // the prestat table's lock; bytes: its Go struct
	KindDirStream                // an open directory stream; bytes: its buffers
	KindSlot                     // a reusable memory mapping that the runtime keeps; bytes: address space reserved
	KindImage                    // a module's initial memory, in a file of the host's memory that instances share; bytes: its size
	kindCount
)

var kindNames = [kindCount]string{
	KindInstance:     "instance",
	KindMemory:       "memory",
	KindSystem:       "system",
	KindArgs:         "args",
	KindEnviron:      "environ",
	KindFDTable:      "fd_table",
	KindFDEntry:      "fd_entry",
	KindHostFD:       "host_fd",
	KindPrestatTable: "prestat_table",
	KindPrestatEntry: "prestat_entry",
	KindPrestatLock:  "prestat_lock",
	KindDirStream:    "dir_stream",
	KindSlot:         "slot",
	KindImage:        "image",
}

// String returns the kind's name as reports spell it.
func (k Kind) String() string {
	if k >= kindCount {
		return "unknown"
	}
	return kindNames[k]
}

// MarshalText makes a kind its name in JSON.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(text []byte) error {
	for i, name := range kindNames {
		if name == string(text) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown kind %q", text)
}
