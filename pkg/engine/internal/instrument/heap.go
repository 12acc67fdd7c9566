package instrument

import (
	"slices"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// The imported modules of code with a watched heap. HeapHelper is the module
// heaphelper, an instance for each guest, and HeapHost is the host's.
const (
	HeapHelper = "wamr-go:heap"
	HeapHost   = "wamr-go:calls"
)

// Reserved reports whether the rewritten code imports functions from the
// module. No guest imports from it.
func Reserved(module string) bool {
	return module == HostModule || module == HeapHelper || module == HeapHost
}

// HeapContext is the export of the global with the context, an i64. It must be 0
// when the guest is called from outside.
const HeapContext = "wamr-go:context"

// The functions of HeapHost.
const (
	HeapStack    = "stack"    // func(context i64) i32: the number of the stack of this call
	HeapCheck    = "check"    // func(call, address, stack i32) i32: whether a block can be freed
	HeapOverflow = "overflow" // func(elements, size, stack i32)
)

// The kinds of calls that HeapCheck checks.
const (
	HeapCallFree = iota
	HeapCallRealloc
)

// Heap is a plan to watch the allocator of a guest. All calls of the allocator from
// other code go to wrappers, which are added after the guest's functions and report
// each block to the helper. Functions of the allocator call each other directly, as
// before. So each block counts once, and no exception or trap can leave a wrong count
// of nested calls behind.
//
// Each function that can reach the allocator keeps a context in an added global: a hash
// of the calls that lead to it.
//
//	context = V * prime + site  ;; before a call; V is the context at the entry
//
// A wrapper looks the context up in the helper, and asks the host to walk the
// stack if it is new. The context is never restored, so exceptions and tail
// calls need nothing.
//
// The heap's pass comes before other passes; they treat the rewritten module as
// the guest. A Heap is safe for concurrent use.
type Heap struct {
	module   *wasmbin.Module
	imported uint32 // functions that the guest imports
	types    uint32 // index of the first added type
	context  uint32 // index of the global
	wrappers []wrapper
	wrapped  map[uint32]uint32 // a function of the guest, and the new index of its wrapper
	edits    []wasmbin.Edit    // of all sections but code
	graph    *callGraph
}

// wrapper is a function that is called in place of a function of the guest.
type wrapper struct {
	of    uint32 // index in the guest
	typ   uint32 // index of the type of both
	shape allocator.Shape
	keep  []int // parameters of an import that pass blocks to the host
}

// heapImports are the functions that the plan adds, after the guest's imports.
var heapImports = [...]struct {
	module, name string
	typ          uint32
}{
	{HeapHelper, "alloc", heapTypeContext2},
	{HeapHelper, "free", heapTypeContext1},
	{HeapHelper, "live", heapType1Result},
	{HeapHelper, "resize", heapTypeContext2},
	{HeapHelper, "log", heapType4},
	{HeapHost, HeapStack, heapTypeContext},
	{HeapHost, HeapCheck, heapType3Result},
	{HeapHost, HeapOverflow, heapType3},
}

// The added imports, by their place.
const (
	helperAlloc = iota
	helperFree
	helperLive
	helperResize
	helperLog
	hostStack
	hostCheck
	hostOverflow
	heapAdded = iota
)

// The types of the added imports.
var heapTypes = [...][]byte{
	heapTypeContext:  {0x60, 1, i64, 1, i32},
	heapTypeContext1: {0x60, 2, i64, i32, 1, i32},
	heapTypeContext2: {0x60, 3, i64, i32, i32, 1, i32},
	heapType1Result:  {0x60, 1, i32, 1, i32},
	heapType3:        {0x60, 3, i32, i32, i32, 0},
	heapType3Result:  {0x60, 3, i32, i32, i32, 1, i32},
	heapType4:        {0x60, 4, i32, i32, i32, i32, 0},
}

const (
	heapTypeContext = iota
	heapTypeContext1
	heapTypeContext2
	heapType1Result
	heapType3
	heapType3Result
	heapType4
)

// keptBlocks are the imports that receive blocks which the guest need not keep in
// memory: libc's, for the arguments and the environment.
var keptBlocks = []struct {
	name   string
	params []int
}{
	{"args_get", []int{0, 1}},
	{"environ_get", []int{0, 1}},
	{"fd_prestat_dir_name", []int{1}},
}

// NewHeap plans to watch functions of an allocator, which must be defined by the module
// and have the types of their shapes. It reads the code. An error means an invalid
// module, or one that the rewriter does not know.
func NewHeap(m *wasmbin.Module, functions []allocator.Function) (*Heap, error) {
	places, err := sectionPlaces(m)
	if err != nil {
		return nil, err
	}
	h := &Heap{module: m, imported: m.Imported(wasmbin.ImportFunction), types: places.count(wasmbin.SectionType)}
	h.context = m.Imported(wasmbin.ImportGlobal) + places.count(wasmbin.SectionGlobal)
	if err := h.checkSections(); err != nil {
		return nil, err
	}
	if h.graph, err = newCallGraph(m, functions); err != nil {
		return nil, err
	}
	h.plan(functions)
	return h, h.planSections(places)
}

// plan decides which functions are wrapped.
func (h *Heap) plan(functions []allocator.Function) {
	for _, f := range functions {
		h.wrappers = append(h.wrappers, wrapper{of: f.Index, typ: h.graph.function(f.Index).typ, shape: f.Shape})
	}
	index := uint32(0)
	for _, i := range h.module.Imports {
		if i.Kind != wasmbin.ImportFunction {
			continue
		}
		for _, k := range keptBlocks {
			if k.name == i.Name {
				h.wrappers = append(h.wrappers, wrapper{of: index, typ: i.Type, keep: k.params})
			}
		}
		index++
	}
	h.wrapped = make(map[uint32]uint32, len(h.wrappers))
	first := h.imported + heapAdded + h.module.Functions
	for i, w := range h.wrappers {
		h.wrapped[w.of] = first + uint32(i)
	}
}

func (h *Heap) checkExtent(e wasmbin.Extent) error {
	return checkExtent(e, h.module, h.types, h.imported, h.context)
}

func (h *Heap) checkSections() error { return checkSections(h.module, h.checkExtent) }

// moved returns the new index of a function of the guest.
func (h *Heap) moved(index uint32) uint32 {
	if index < h.imported {
		return index
	}
	return index + heapAdded
}

// outside returns the new index for uses of a function by code outside of the
// allocator, a table or an export.
func (h *Heap) outside(index uint32) uint32 {
	if w, ok := h.wrapped[index]; ok {
		return w
	}
	return h.moved(index)
}

// Original returns the guest's index of a function in the rewritten module. ok
// is false for an added function. A nil Heap changes nothing.
func (h *Heap) Original(index uint32) (original uint32, ok bool) {
	switch {
	case h == nil || index < h.imported:
		return index, true
	case index < h.imported+heapAdded || index >= h.imported+heapAdded+h.module.Functions:
		return 0, false
	default:
		return index - heapAdded, true
	}
}

// Rewrite returns the rewritten module. It walks all code.
func (h *Heap) Rewrite() ([]byte, error) {
	code, err := h.rewrite(nil)
	if err != nil {
		return nil, err
	}
	return wasmbin.Apply(h.module.Binary, append(slices.Clone(h.edits), code)...), nil
}

// Offsets rewrites the code once more and records the moves. A nil Heap moves nothing.
func (h *Heap) Offsets() (*Offsets, error) {
	o := &Offsets{}
	if h == nil {
		return o, nil
	}
	_, err := h.rewrite(o)
	return o, err
}

// planSections makes the edits of all sections but code.
func (h *Heap) planSections(at *places) error {
	var types, functions, imports []byte
	for _, t := range heapTypes {
		types = append(types, t...)
	}
	for _, i := range heapImports {
		imports = appendName(appendName(imports, i.module), i.name)
		imports = wasmbin.AppendU32(append(imports, byte(wasmbin.ImportFunction)), h.types+i.typ)
	}
	for _, w := range h.wrappers {
		functions = wasmbin.AppendU32(functions, w.typ)
	}
	h.edits = append(h.edits,
		at.add(wasmbin.SectionType, nil, uint32(len(heapTypes)), types),
		at.add(wasmbin.SectionImport, nil, heapAdded, imports),
		at.add(wasmbin.SectionFunction, nil, uint32(len(h.wrappers)), functions),
	)
	contents := make(map[wasmbin.ID][]byte)
	for _, s := range h.module.Sections {
		if !s.ID.NamesFunctions() {
			continue
		}
		content, err := h.module.MoveFunctions(s, h.outside)
		if err != nil {
			return err
		}
		if s.ID == wasmbin.SectionGlobal || s.ID == wasmbin.SectionExport {
			contents[s.ID] = content
		} else {
			h.edits = append(h.edits, wasmbin.Edit{From: s.Header, To: s.End(), With: wasmbin.AppendSection(nil, s.ID, content)})
		}
	}
	global := []byte{i64, 1, byte(wasmbin.OpI64Const), 0, byte(wasmbin.OpEnd)}
	export := wasmbin.AppendU32(append(appendName(nil, HeapContext), byte(wasmbin.ImportGlobal)), h.context)
	h.edits = append(h.edits,
		at.add(wasmbin.SectionGlobal, contents[wasmbin.SectionGlobal], 1, global),
		at.add(wasmbin.SectionExport, contents[wasmbin.SectionExport], 1, export))
	return nil
}

func appendName(b []byte, name string) []byte {
	return append(wasmbin.AppendU32(b, uint32(len(name))), name...)
}
