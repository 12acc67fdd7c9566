package census

import (
	"encoding/binary"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// A stack is an identity as text: eight bytes for each program counter.

func encodeStack(pcs []uintptr) string {
	b := make([]byte, 0, 8*len(pcs))
	for _, pc := range pcs {
		b = binary.NativeEndian.AppendUint64(b, uint64(pc))
	}
	return string(b)
}

func decodeStack(name string) []uintptr {
	pcs := make([]uintptr, len(name)/8)
	for i := range pcs {
		pcs[i] = uintptr(binary.NativeEndian.Uint64([]byte(name[8*i:])))
	}
	return pcs
}

func compareNames(a, b string) int { return strings.Compare(a, b) }

// role is the owner of a frame in a stack.
type role uint8

const (
	foreign role = iota // of the program
	system              // of the Go runtime
	own                 // of this package
	hunt                // Hunt, which calls the program's work
)

type frameInfo struct {
	entry uintptr
	role  role
}

// frames caches the roles of program counters: a census sees the same ones
// again and again.
var frames = struct {
	mu    sync.Mutex
	known map[uintptr]frameInfo
}{known: make(map[uintptr]frameInfo)}

var ownPrefix = reflect.TypeFor[Census]().PkgPath() + "."

func lookUp(pc uintptr) frameInfo {
	frames.mu.Lock()
	defer frames.mu.Unlock()
	info, ok := frames.known[pc]
	if !ok {
		if f := runtime.FuncForPC(pc - 1); f != nil {
			info.entry = f.Entry()
			switch name := f.Name(); {
			case strings.HasPrefix(name, "runtime."):
				info.role = system
			case name == ownPrefix+"Hunt":
				info.role = hunt
			case strings.HasPrefix(name, ownPrefix):
				info.role = own
			}
		}
		frames.known[pc] = info
	}
	return info
}

// cut ends a stack at the function whose entry is root, or at Hunt. It returns nil
// for a stack of this package's own work or of one of the tables, and for one of the
// Go runtime alone.
func cut(pcs []uintptr, root uintptr, tables []uintptr) []uintptr {
	end, mine, named := len(pcs), false, false
	for i, pc := range pcs {
		info := lookUp(pc)
		if root != 0 && info.entry == root || info.role == hunt {
			end = i
			break
		}
		mine = mine || info.role == own || info.entry != 0 && slices.Contains(tables, info.entry)
		named = named || info.role == foreign
	}
	if mine || !named {
		return nil
	}
	return pcs[:end]
}

// EntryOf returns the entry address of a function, for Config.Root and
// Config.Tables. Mark the function with //go:noinline: an inlined one has no frame.
func EntryOf(function any) uintptr { return reflect.ValueOf(function).Pointer() }
