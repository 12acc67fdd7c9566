package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// Fault is a leak on purpose, to check that the hunt for leaks finds it. The
// zero Fault loses nothing.
type Fault struct {
	Name string // one of FaultNames
	// Bytes is the size of the loss, for faults that have one.
	Bytes int
	// Every is the number of cycles in which something is lost once; 0 means 1.
	Every uint64
}

// faultKind is a row of the table of faults: a fault of the WASI system, or a
// function that loses something after a cycle.
type faultKind struct {
	name  string
	bytes int // default of Fault.Bytes; 0 for a fault without a size
	wasi  wasi.Fault
	lose  func(m *Module, bytes int) error
	// loseOpen is like lose, but runs before the instance is closed.
	loseOpen func(c *cycles, in *Instance, bytes int) error
}

var noFault faultKind

// faultKinds is the only list of faults.
var faultKinds = []faultKind{
	{name: "prestats-lock", wasi: wasi.FaultPrestatsLock},
	{name: "fd-entry", wasi: wasi.FaultFDEntry},
	{name: "dir-stream", wasi: wasi.FaultDirStream},
	{name: "host-fd", lose: loseDescriptor},
	{name: "goroutine", lose: loseGoroutine},
	{name: "thread", lose: loseThread},
	{name: "go-heap", bytes: 64, lose: loseHeap},
	{name: "mmap", bytes: 4096, lose: loseMapping},
	{name: "slot", lose: loseSlot},
	{name: "guest-memory", bytes: 64, loseOpen: loseGuestMemory},
}

// FaultNames returns the names of the faults.
func FaultNames() []string {
	names := make([]string, len(faultKinds))
	for i, k := range faultKinds {
		names[i] = k.name
	}
	return names
}

// ParseFault reads NAME[:BYTES][/EVERY], such as "go-heap:64/100", which loses 64
// bytes in each hundredth cycle. The error for an unknown name lists the known
// ones.
func ParseFault(text string) (Fault, error) {
	f := Fault{Every: 1}
	name, every, ok := strings.Cut(text, "/")
	if ok {
		n, err := strconv.ParseUint(every, 10, 64)
		if err != nil || n == 0 {
			return Fault{}, fmt.Errorf("fault %q: after the slash comes a number of cycles, at least 1", text)
		}
		f.Every = n
	}
	name, size, ok := strings.Cut(name, ":")
	i := slices.IndexFunc(faultKinds, func(k faultKind) bool { return k.name == name })
	if i < 0 {
		return Fault{}, fmt.Errorf("unknown fault %q (known: %s)", name, strings.Join(FaultNames(), ", "))
	}
	f.Name, f.Bytes = name, faultKinds[i].bytes
	if ok {
		n, err := strconv.ParseUint(size, 10, 30)
		if err != nil || n == 0 || f.Bytes == 0 {
			return Fault{}, fmt.Errorf("fault %q: %s has no such size", text, name)
		}
		f.Bytes = int(n)
	}
	return f, nil
}

// String returns the text that ParseFault reads.
func (f Fault) String() string {
	text := f.Name
	if f.Bytes > 0 {
		text += ":" + strconv.Itoa(f.Bytes)
	}
	if f.Every > 1 {
		text += "/" + strconv.FormatUint(f.Every, 10)
	}
	return text
}

// due returns the row of the fault if it loses something in a cycle, or an empty
// one.
func (f Fault) due(cycle uint64) *faultKind {
	if f.Name == "" || cycle%max(f.Every, 1) != 0 {
		return &noFault
	}
	i := slices.IndexFunc(faultKinds, func(k faultKind) bool { return k.name == f.Name })
	if i < 0 {
		return &noFault
	}
	return &faultKinds[i]
}
