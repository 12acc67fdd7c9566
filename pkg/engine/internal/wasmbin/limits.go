package wasmbin

import "fmt"

// The limits on modules, by their place in limits.
const (
	limitTypes = iota
	limitImports
	limitFunctions
	limitTables
	limitGlobals
	limitExports
	limitTags
	limitElementSegments
	limitDataSegments
	limitElements
	limitParameters
	limitResults
	limitCodeSize
	limitLocals
	limitLabels
	limitName
	limitBranches
	limitValues
	limitAllLocals
)

// limits has the limits, which the specification leaves to implementations.
//
// Most are those of browsers, in the chapter "Implementation-defined Limits" of
// the WebAssembly JavaScript Interface
// (https://webassembly.github.io/spec/js-api/#limits). Those of labels and names
// are V8's (src/wasm/wasm-limits.h), that of element segments is wasm-tools'.
//
// The last three bound the resources that wazero v1.12.0 needs to read and compile a
// module: its compiler's time grows with the square of a function's branches, its
// memory with the passed values and with the locals of all functions. The largest of
// twenty real programs (LLVM, the Go compiler, DuckDB, OpenCASCADE and the like) has
// 35,552 branches, 1,024,378 values and 774,499 locals.
var limits = [...]struct {
	what     string // plural, after a number
	max      uint64
	section  ID   // whose elements are counted, or 0
	compiler bool // not for interpreted modules
}{
	limitTypes:           {what: "types", max: 1_000_000, section: SectionType},
	limitImports:         {what: "imports", max: 1_000_000, section: SectionImport},
	limitFunctions:       {what: "functions", max: 1_000_000, section: SectionFunction},
	limitTables:          {what: "tables", max: 100_000, section: SectionTable},
	limitGlobals:         {what: "globals", max: 1_000_000, section: SectionGlobal},
	limitExports:         {what: "exports", max: 1_000_000, section: SectionExport},
	limitTags:            {what: "tags", max: 1_000_000, section: SectionTag},
	limitElementSegments: {what: "element segments", max: 100_000, section: SectionElement},
	limitDataSegments:    {what: "data segments", max: 100_000, section: SectionData},
	limitElements:        {what: "elements in element segments", max: 10_000_000},
	limitParameters:      {what: "parameters", max: 1_000},
	limitResults:         {what: "results", max: 1_000},
	limitCodeSize:        {what: "bytes of code", max: 7_654_321},
	limitLocals:          {what: "locals", max: 50_000},
	limitLabels:          {what: "labels in a br_table", max: 65_520},
	limitName:            {what: "bytes in a name", max: 100_000},
	limitBranches:        {what: "blocks and branches", max: 100_000, compiler: true},
	limitValues:          {what: "values passed by calls and blocks", max: 2_000_000},
	limitAllLocals:       {what: "locals in all functions", max: 10_000_000},
}

// LimitError is the error of a module that exceeds a limit.
type LimitError struct {
	Where       string // "function 3", by its index; "the module"
	What        string // plural, after a number: "locals"
	Need, Limit uint64
	Compiler    bool // the limit is that of compiled code
}

// Error names the quantity and the limit that it exceeds.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s has %d %s, and the limit is %d", e.Where, e.Need, e.What, e.Limit)
}

// exceeds returns a *LimitError if need exceeds the limit of that number. where
// is "" for the whole module, or else the kind of the part with that index.
func exceeds(number int, need uint64, where string, index uint32) error {
	l := &limits[number]
	if need <= l.max {
		return nil
	}
	place := "the module"
	if where != "" {
		place = fmt.Sprintf("%s %d", where, index)
	}
	return &LimitError{place, l.what, need, l.max, l.compiler}
}

// CheckLimits walks through the whole module, including the code, and compares it with
// the limits of this package; compiled includes those of compiled code. It returns a
// summary of the code. The error is a *LimitError, or a *ContentError for content that
// cannot be read.
func (m *Module) CheckLimits(compiled bool) (Code, error) {
	for _, check := range [...]func() error{m.checkCounts, m.checkNames, m.checkElements} {
		if err := check(); err != nil {
			return Code{}, err
		}
	}
	return m.checkCode(compiled)
}

// checkCounts checks the number of elements of each section.
func (m *Module) checkCounts() error {
	for _, s := range m.Sections {
		for number := range limits {
			if section := limits[number].section; section == 0 || section != s.ID {
				continue
			}
			if err := exceeds(number, uint64(m.Count(s)), "", 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkNames checks the names of imports and exports.
func (m *Module) checkNames() error {
	for i := range m.Imports {
		size := max(len(m.Imports[i].Module), len(m.Imports[i].Name))
		if err := exceeds(limitName, uint64(size), "import", uint32(i)); err != nil {
			return err
		}
	}
	return m.walk(SectionExport, func(r *reader, i uint32) error {
		size := r.u32()
		r.bytes(size)
		r.byte() // kind
		r.u32()  // index
		return exceeds(limitName, uint64(size), "export", i)
	})
}

// checkElements checks the sum of the lengths of the element segments.
func (m *Module) checkElements() error {
	var n uint64
	return m.walk(SectionElement, func(r *reader, _ uint32) error {
		s := r.elementHead()
		r.skipElements(s)
		n += uint64(s.count)
		return exceeds(limitElements, n, "", 0)
	})
}

// walk has f read each element of a section that is a vector, until it returns
// an error. The reader's own error comes first.
func (m *Module) walk(id ID, f func(r *reader, i uint32) error) error {
	var err error
	readErr := m.read(id, func(r *reader) {
		for i := range r.count() {
			if err = f(r, i); err != nil || r.err != nil {
				return
			}
		}
	})
	if readErr != nil {
		return readErr
	}
	return err
}
