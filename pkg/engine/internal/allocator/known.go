package allocator

import (
	"strings"

	"github.com/ianlancetaylor/demangle"
)

// Role is the role of a function in an allocator.
type Role uint8

// The roles.
const (
	Malloc   Role = iota // returns a block of a size
	Calloc               // returns a block of so many elements of a size
	Realloc              // replaces a block by one of a size
	Free                 // gives a block back
	Memalign             // stores the address of a block of a size
	roles    = iota
)

var roleNames = [roles]string{"malloc", "calloc", "realloc", "free", "posix_memalign"}

// String returns the name of the C function with that role.
func (r Role) String() string { return roleNames[r] }

// roleOf returns the role with a name.
func roleOf(name string) (Role, bool) {
	for i, n := range roleNames {
		if n == name {
			return Role(i), true
		}
	}
	return 0, false
}

// Shape is the places of the parameters that matter.
type Shape struct {
	Role  Role
	Block int // the block that is freed or replaced; of Memalign, where the address is stored
	Size  int
	Count int // of elements, of Calloc
	Least int // number of parameters
	Most  int
}

// The shapes of the known functions. Parameters that do not matter are alignments,
// old sizes, and tags.
var (
	shapeMalloc        = Shape{Role: Malloc, Least: 1, Most: 1}
	shapeSizeAlign     = Shape{Role: Malloc, Least: 1, Most: 3}
	shapeAlignSize     = Shape{Role: Malloc, Size: 1, Least: 2, Most: 2}
	shapeCalloc        = Shape{Role: Calloc, Size: 1, Least: 2, Most: 2}
	shapeRealloc       = Shape{Role: Realloc, Size: 1, Least: 2, Most: 2}
	shapeFree          = Shape{Role: Free, Least: 1, Most: 1}
	shapeFreeSized     = Shape{Role: Free, Least: 1, Most: 4}
	shapeMemalign      = Shape{Role: Memalign, Size: 2, Least: 3, Most: 3}
	shapeRustRealloc   = Shape{Role: Realloc, Size: 3, Least: 4, Most: 4} // block, old size, alignment, size
	shapeBindgenResize = Shape{Role: Realloc, Size: 2, Least: 3, Most: 4} // block, old size, size, alignment
)

// userShapes are those of functions that the user names.
var userShapes = [roles]Shape{Malloc: shapeSizeAlign, Calloc: shapeCalloc, Realloc: shapeRealloc, Free: shapeFreeSized, Memalign: shapeMemalign}

// known are the functions that are known by name, without their parameters.
var known = []struct {
	shape Shape
	names string
}{
	{shapeMalloc, "malloc dlmalloc emmalloc_malloc emscripten_builtin_malloc __libc_malloc __wrap_malloc"},
	{shapeCalloc, "calloc dlcalloc emmalloc_calloc emscripten_builtin_calloc __libc_calloc __wrap_calloc"},
	{shapeRealloc, "realloc dlrealloc emmalloc_realloc emscripten_builtin_realloc __libc_realloc __wrap_realloc"},
	{shapeFree, "free dlfree emmalloc_free emscripten_builtin_free __libc_free __wrap_free"},
	{shapeAlignSize, "aligned_alloc memalign dlmemalign emmalloc_memalign emscripten_builtin_memalign __libc_memalign"},
	{shapeMemalign, "posix_memalign dlposix_memalign emmalloc_posix_memalign"},
	{shapeSizeAlign, "__rust_alloc __rdl_alloc __rg_alloc __rust_alloc_zeroed __rdl_alloc_zeroed __rg_alloc_zeroed __wbindgen_malloc"},
	{shapeFreeSized, "__rust_dealloc __rdl_dealloc __rg_dealloc __wbindgen_free"},
	{shapeRustRealloc, "__rust_realloc __rdl_realloc __rg_realloc cabi_realloc"},
	{shapeBindgenResize, "__wbindgen_realloc"},
}

// operators are those of C++, which all begin alike in their mangled form.
var operators = []struct {
	shape           Shape
	name, array     string
	mangled, mArray string
}{
	{shapeSizeAlign, "operator new", "operator new[]", "_Znw", "_Zna"},
	{shapeFreeSized, "operator delete", "operator delete[]", "_Zdl", "_Zda"},
}

// shapeOf returns the shape of a function with a known name.
func shapeOf(name string) (Shape, bool) {
	for _, o := range operators {
		if base, _, _ := strings.Cut(name, "("); base == o.name || base == o.array || strings.HasPrefix(name, o.mangled) || strings.HasPrefix(name, o.mArray) {
			return o.shape, true
		}
	}
	base := plainName(name)
	for _, k := range known {
		for n := range strings.FieldsSeq(k.names) {
			if n == base {
				return k.shape, true
			}
		}
	}
	return Shape{}, false
}

// plainName returns the name of a C function unchanged, and the last part of a Rust
// name such as __rustc[5224e6b81cd82a8f]::__rust_alloc, mangled or not.
func plainName(name string) string {
	if strings.HasPrefix(name, "_R") && strings.Contains(name, "___r") {
		name = demangle.Filter(name)
	}
	if strings.HasPrefix(name, "__rustc") {
		name = name[strings.LastIndexByte(name, ':')+1:]
	}
	return name
}

// Demangle returns the source's name of a function whose name is mangled by C++
// or Rust.
func Demangle(name string) string {
	const most = 4096 // the time of a demangler can grow with the square of the length
	if len(name) > most || !strings.HasPrefix(name, "_Z") && !strings.HasPrefix(name, "_R") && !strings.HasPrefix(name, "__Z") {
		return name
	}
	return demangle.Filter(name)
}
