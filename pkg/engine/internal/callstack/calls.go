package callstack

import (
	"encoding/binary"
	"reflect"
	"runtime"
	"sort"

	"github.com/tetratelabs/wazero/api"
)

// Call is a call in progress of a function that the module defines.
type Call struct {
	Function uint32 // number of the function among those that the module defines
	Return   uint64 // offset of the return address in the function's native code
	Size     uint64 // of the function's native code, with the padding that follows
	Address  uint64 // the return address
}

// Calls returns the calls that were in progress when a call of f ended with an
// error, innermost first, and whether there are more than most of them. Call it
// before f is called again, with overflow set if the error is a stack overflow; or
// call it within a host function that f has called. It returns nothing if f is not
// compiled.
func Calls(f api.Function, overflow bool, most int) (calls []Call, more bool) {
	defer func() {
		if recover() != nil { // wazero has other fields
			calls, more = nil, false
		}
	}()
	engine := reflect.ValueOf(f).Elem() // wazevo.callEngine
	code := codeOf(engine.FieldByName("parent").Elem().FieldByName("parent").Elem())
	state := engine.FieldByName("execCtx")
	s := stack{bytes: engine.FieldByName("stack").Bytes(), base: uint64(engine.FieldByName("stack").Pointer())}
	s.sp = uint64(state.FieldByName("stackPointerBeforeGoCall").Pointer())
	s.fp = state.FieldByName("framePointerBeforeGoCall").Uint()

	address := uint64(state.FieldByName("goCallReturnAddress").Pointer())
	if overflow && runtime.GOARCH == "arm64" {
		const linkRegister = 16 // its place among the registers that are saved when the stack is to grow
		address = state.FieldByName("savedRegisters").Index(linkRegister).Index(0).Uint()
		s.prologue = true
	}
	for ok := true; ok; address, ok = s.next() {
		if call, ok := code.find(address); ok { // and no trampoline, or function of the host
			if len(calls) == most {
				return calls, true
			}
			calls = append(calls, call)
		}
	}
	return calls, false
}

// stack walks a stack of wazero's from the innermost frame.
type stack struct {
	bytes  []byte
	base   uint64 // address of bytes
	sp, fp uint64 // of the frame
	// prologue means that the frame has no size yet: arm64 checks for an overflow when
	// only the return address and the size above it are there.
	prologue bool
}

// next returns the return address of the frame, and moves to its caller.
func (s *stack) next() (address uint64, ok bool) {
	if runtime.GOARCH == "arm64" {
		return s.nextARM64()
	}
	return s.nextAMD64()
}

// nextAMD64 follows the frame pointers: each points to that of its caller, below
// the return address.
func (s *stack) nextAMD64() (address uint64, ok bool) {
	caller, ok1 := s.word(s.fp)
	address, ok2 := s.word(s.fp + 8)
	if !ok1 || !ok2 || caller != 0 && caller <= s.fp {
		return 0, false
	}
	s.fp = caller
	return address, true
}

// nextARM64 adds up sizes: a frame begins with its size, in 16 bytes, and ends
// with the return address and the size of the arguments and results above it.
func (s *stack) nextARM64() (address uint64, ok bool) {
	size, ok1 := s.word(s.sp)
	top := s.sp + 16 + size
	if s.prologue {
		s.prologue, top = false, s.sp
	}
	address, ok2 := s.word(top)
	arguments, ok3 := s.word(top + 8)
	if !ok1 || !ok2 || !ok3 || top < s.sp || top+16+arguments < top {
		return 0, false
	}
	s.sp = top + 16 + arguments
	return address, true
}

// word reads 8 bytes at an address.
func (s *stack) word(address uint64) (uint64, bool) {
	at := address - s.base
	if address < s.base || at > uint64(len(s.bytes)) || uint64(len(s.bytes))-at < 8 {
		return 0, false
	}
	return binary.LittleEndian.Uint64(s.bytes[at:]), true
}

// code is the native code of a module.
type code struct {
	base, size uint64
	functions  reflect.Value // offsets of the functions in the code, ascending
}

// codeOf reads a wazevo.compiledModule.
func codeOf(m reflect.Value) code {
	executable := m.FieldByName("executable")
	return code{uint64(executable.Pointer()), uint64(executable.Len()), m.FieldByName("functionOffsets")}
}

// find returns the function that an address lies in.
func (c code) find(address uint64) (Call, bool) {
	if address < c.base || address-c.base >= c.size {
		return Call{}, false
	}
	n := c.functions.Len()
	after := sort.Search(n, func(i int) bool { return c.offset(i) > address-c.base })
	if after == 0 {
		return Call{}, false
	}
	begin, end := c.bounds(after - 1)
	return Call{Function: uint32(after - 1), Return: address - c.base - begin, Size: end - begin, Address: address}, true
}

func (c code) offset(i int) uint64 { return uint64(c.functions.Index(i).Int()) }

// bounds returns the offsets at which a function and the next one begin.
func (c code) bounds(i int) (begin, end uint64) {
	end = c.size
	if i+1 < c.functions.Len() {
		end = c.offset(i + 1)
	}
	return c.offset(i), end
}
