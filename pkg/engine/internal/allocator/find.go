package allocator

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// Function is a function of the guest's allocator.
type Function struct {
	Shape
	Index uint32
	Name  string // as it was found
}

// Override is a function that the user names.
type Override struct {
	Role Role
	Name string // or its index, in decimal
}

// Collector names the garbage collector of a guest; "" for a guest that frees its
// blocks itself.
type Collector string

// Found is the result of a search.
type Found struct {
	Functions []Function // by index
	Collector Collector
	Guessed   bool // by their code alone: it may be wrong
}

// OverrideError is the error of a function that the user names and that cannot
// be watched.
type OverrideError struct {
	Override Override
	Problem  string
}

// Error tells the function and the problem.
func (e *OverrideError) Error() string {
	return fmt.Sprintf("%s=%s: %s", e.Override.Role, e.Override.Name, e.Problem)
}

// Find finds the allocator of a module. In a module that has no names and exports
// nothing of its allocator, it can only guess. The error is an *OverrideError, or
// one of a section that cannot be read.
func Find(m *wasmbin.Module, names wasmbin.Names, overrides []Override) (Found, error) {
	s, err := newSearch(m, names)
	if err != nil {
		return Found{}, err
	}
	for _, o := range overrides {
		if err := s.override(o); err != nil {
			return Found{}, err
		}
	}
	for index, name := range s.names {
		if shape, ok := shapeOf(name); ok && index >= s.imported {
			s.add(index, name, shape)
		}
	}
	for _, e := range s.exports {
		if shape, ok := shapeOf(e.Name); ok && e.Kind == wasmbin.ImportFunction {
			s.add(e.Index, e.Name, shape)
		}
	}
	if err := s.followShells(); err != nil {
		return Found{}, err
	}
	f := Found{Collector: s.collector()}
	if len(s.found) == 0 && f.Collector == "" {
		var err error
		f.Functions, err = s.guess()
		f.Guessed = len(f.Functions) > 0
		return f, err
	}
	for _, function := range s.found {
		f.Functions = append(f.Functions, function)
	}
	slices.SortFunc(f.Functions, func(a, b Function) int { return int(int64(a.Index) - int64(b.Index)) })
	return f, nil
}

// search is a search in progress.
type search struct {
	module   *wasmbin.Module
	imported uint32
	types    []wasmbin.FunctionType
	index    []uint32 // of the type of each function
	names    map[uint32]string
	exports  []wasmbin.Export
	found    map[uint32]Function
}

func newSearch(m *wasmbin.Module, names wasmbin.Names) (*search, error) {
	s := &search{module: m, imported: m.Imported(wasmbin.ImportFunction), found: map[uint32]Function{}}
	var err error
	if s.types, err = m.Types(); err != nil {
		return nil, err
	}
	if s.index, err = m.TypeIndices(); err != nil {
		return nil, err
	}
	if s.exports, err = m.Exports(); err != nil {
		return nil, err
	}
	all := make([]uint32, len(s.index))
	for i := range all {
		all[i] = s.imported + uint32(i)
	}
	s.names = names.Functions(all...)
	return s, nil
}

// typeOf returns the type of a function that the module defines.
func (s *search) typeOf(index uint32) (wasmbin.FunctionType, bool) {
	if index < s.imported || int(index-s.imported) >= len(s.index) || int(s.index[index-s.imported]) >= len(s.types) {
		return wasmbin.FunctionType{}, false
	}
	return s.types[s.index[index-s.imported]], true
}

// add adds a function if it has the type that its shape needs.
func (s *search) add(index uint32, name string, shape Shape) bool {
	if _, known := s.found[index]; known {
		return true
	}
	t, ok := s.typeOf(index)
	if !ok || !shape.fits(t) {
		return false
	}
	s.found[index] = Function{shape, index, name}
	return true
}

// fits reports whether a function of the type can have the shape.
func (s Shape) fits(t wasmbin.FunctionType) bool {
	const i32 = 0x7f
	results := 1
	if s.Role == Free {
		results = 0
	}
	if len(t.Params) < s.Least || len(t.Params) > s.Most || len(t.Results) != results {
		return false
	}
	return !slices.ContainsFunc(slices.Concat(t.Params, t.Results), func(v wasmbin.ValueType) bool { return v.Kind != i32 })
}

// override adds a function that the user names.
func (s *search) override(o Override) error {
	fail := func(format string, args ...any) error { return &OverrideError{o, fmt.Sprintf(format, args...)} }
	index, ok := s.lookup(o.Name)
	if !ok {
		return fail("the module has no function of that name")
	}
	if index < s.imported {
		return fail("function %d is imported", index)
	}
	shape := userShapes[o.Role]
	if known, ok := shapeOf(s.names[index]); ok && known.Role == o.Role {
		shape = known
	}
	if t, _ := s.typeOf(index); o.Role == Malloc && len(t.Params) == 2 && shape == userShapes[Malloc] {
		shape.Least = 2
	}
	if !s.add(index, o.Name, shape) {
		return fail("function %d has not the type of a %s: i32 parameters, and the results of C's", index, o.Role)
	}
	return nil
}

// lookup returns the index of a function by its index, its name or its export.
func (s *search) lookup(name string) (uint32, bool) {
	if i, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(i), i < uint64(s.imported)+uint64(len(s.index))
	}
	for i := range s.index {
		index := s.imported + uint32(i)
		if n := s.names[index]; n == name || n != "" && Demangle(n) == name {
			return index, true
		}
	}
	for _, e := range s.exports {
		if e.Kind == wasmbin.ImportFunction && e.Name == name {
			return e.Index, true
		}
	}
	return 0, false
}

// collector recognises a guest whose garbage is collected.
func (s *search) collector() Collector {
	for _, e := range s.exports {
		if e.Name == "__collect" || e.Name == "__pin" {
			return "AssemblyScript"
		}
	}
	for _, name := range s.names {
		switch name {
		case "runtime.mallocgc", "runtime.gcStart":
			return "Go"
		case "runtime.alloc", "runtime.runGC", "(runtime.gcBlock).markFree":
			return "TinyGo"
		case "~lib/rt/itcms/__new", "~lib/rt/__newArray":
			return "AssemblyScript"
		}
	}
	for _, sec := range s.module.Sections {
		if sec.ID == wasmbin.SectionCustom && s.module.CustomName(sec) == "go:buildid" {
			return "Go"
		}
	}
	return ""
}

// ParseOverride reads "malloc=NAME".
func ParseOverride(s string) (Override, error) {
	role, name, ok := strings.Cut(s, "=")
	r, known := roleOf(role)
	switch {
	case !ok || name == "":
		return Override{}, errors.New("it is not ROLE=NAME or ROLE=INDEX")
	case !known:
		return Override{}, fmt.Errorf("%q is not one of %s", role, strings.Join(roleNames[:], ", "))
	}
	return Override{r, name}, nil
}
