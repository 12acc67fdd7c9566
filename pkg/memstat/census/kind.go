package census

import "fmt"

// Kind is a kind of counted object.
type Kind uint8

// The kinds, in the order of the report. The guest's resources come first: its blocks,
// because they make its memory grow, and its descriptors, because the host holds one
// for each. The heap comes last, because most other kinds own objects in it.
const (
	GuestBlock      Kind = iota // live blocks of a guest's allocator, by call stack
	GuestMemory                 // pages of a guest's linear memory
	GuestDescriptor             // descriptors that a guest has open, by its path
	Goroutine                   // by stack
	Descriptor                  // open file descriptors, by target
	Mapping                     // memory mappings, by name and protection
	Thread                      // of the operating system
	Child                       // child processes
	File                        // files beneath Config.Dirs
	GoHeap                      // objects of the Go heap, by allocation site
	kindCount
)

// OfGuest reports whether objects of the kind belong to a guest, not to the
// process: the guest's own program loses them.
func (k Kind) OfGuest() bool { return k <= GuestDescriptor }

// kindTable is the only place that describes a kind.
var kindTable = [kindCount]struct {
	name string
	one  string // name of a single object
	many string
	// least is the growth in every window that makes a leak. Less is noise even
	// in a program that leaks nothing: an object that moved from one pool to
	// another, or a thread that the Go runtime started for a blocked call.
	least int64
	count func(*Config, *Census) bool // returns false if the system cannot count it
}{
	// Config.Guest or a Series counts those of a guest; the caller counts blocks.
	GuestBlock:      {"guest_block", "block of the guest", "blocks of the guest", 2, notCounted},
	GuestMemory:     {"guest_memory", "page of the guest", "pages of the guest", 1, notCounted},
	GuestDescriptor: {"guest_descriptor", "descriptor of the guest", "descriptors of the guest", 2, notCounted},
	Goroutine:       {"goroutine", "goroutine", "goroutines", 2, countGoroutines},
	Descriptor:      {"descriptor", "descriptor", "descriptors", 2, countDescriptors},
	Mapping:         {"mapping", "mapping", "mappings", 2, countMappings},
	Thread:          {"thread", "thread", "threads", 2, countThreads},
	Child:           {"child", "child process", "child processes", 2, countChildren},
	File:            {"file", "file", "files", 2, countFiles},
	GoHeap:          {"go_heap", "object", "objects", 2, countHeap},
}

func notCounted(*Config, *Census) bool { return false }

// String returns the kind's name in JSON reports, such as "go_heap".
func (k Kind) String() string {
	if k >= kindCount {
		return "unknown"
	}
	return kindTable[k].name
}

// Unit returns the name of n objects of the kind, such as "descriptors".
func (k Kind) Unit(n int64) string {
	if n == 1 {
		return kindTable[k].one
	}
	return kindTable[k].many
}

// MarshalText returns the name, so that JSON holds it.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name; it returns an error for an unknown one.
func (k *Kind) UnmarshalText(text []byte) error {
	for i := range kindTable {
		if kindTable[i].name == string(text) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown kind %q", text)
}
