package instrument

import (
	"errors"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// The host function that rewritten code imports: func(counter i64) i64. It
// receives the counter, which is negative, and returns the next one.
const (
	HostModule = "wamr-go"
	HostTick   = "tick"
)

// Version changes whenever the rewriting of a module changes, to distinguish
// code in a cache.
const Version = 1

// Reload is the counter's initial value in coarse units, and the value that [HostTick]
// returns to continue. See the package's comment.
const Reload = 50_000

// Mode is the unit of the counter.
type Mode byte

// The modes.
const (
	None    Mode = iota // nothing: the module stays unchanged
	Yield               // coarse units, so that a guest can be stopped
	Fuel                // instructions, so that they can be limited and reported
	Profile             // coarse units, which the host grants from the beginning
)

// Plan is a plan to rewrite a module. It is safe for concurrent use.
type Plan struct {
	module *wasmbin.Module
	mode   Mode

	imported uint32 // functions that the guest imports
	host     uint32 // index of HostTick
	tick     uint32 // index of the function that calls it
	counter  uint32 // index of the global
	stack    stackPointer
	types    uint32 // index of the first added type
	helpers  []helper
	edits    []wasmbin.Edit // of all sections but code
}

// Functions that the plan adds to the imports, which come before the guest's.
const addedImports = 1

// The types that a plan adds.
var addedTypes = [...][]byte{
	typeHost:   {0x60, 1, i64, 1, i64},
	typeTick:   {0x60, 0, 0},
	typeHelper: {0x60, 3, i32, i32, i32, 0},
}

const (
	typeHost = iota
	typeTick
	typeHelper
)

const i32, i64 = 0x7f, 0x7e

var errOrder = errors.New("sections in an unknown order")

// NewPlan plans to rewrite a module. It does not read the code.
func NewPlan(m *wasmbin.Module, mode Mode) (*Plan, error) {
	p := &Plan{module: m, mode: mode}
	if mode == None || m.Functions == 0 {
		p.mode = None
		return p, nil
	}
	places, err := sectionPlaces(m)
	if err != nil {
		return nil, err
	}
	p.imported = m.Imported(wasmbin.ImportFunction)
	p.host = p.imported
	p.counter = m.Imported(wasmbin.ImportGlobal) + places.count(wasmbin.SectionGlobal)
	if mode == Fuel {
		if global, _, ok := m.StackPointer(); ok {
			p.stack = stackPointer{global, p.counter + 1}
		}
	}
	p.types = places.count(wasmbin.SectionType)
	p.tick = p.imported + addedImports + m.Functions
	p.helpers = p.planHelpers()
	if err := p.planSections(places); err != nil {
		return nil, err
	}
	return p, nil
}

// Mode returns the mode, which is None for a module without functions, and of a
// nil Plan.
func (p *Plan) Mode() Mode {
	if p == nil {
		return None
	}
	return p.mode
}

// Counter returns the index of the global with the counter.
func (p *Plan) Counter() uint32 { return p.counter }

// Functions returns how many functions the rewritten module defines.
func (p *Plan) Functions() uint32 {
	if p.mode == None {
		return p.module.Functions
	}
	return p.module.Functions + uint32(len(p.helpers))
}

// moved returns the new index of a function of the guest.
func (p *Plan) moved(index uint32) uint32 {
	if index < p.imported {
		return index
	}
	return index + addedImports
}

// Original returns the guest's index of a function in the rewritten module. ok
// is false for an added function.
func (p *Plan) Original(index uint32) (original uint32, ok bool) {
	switch {
	case p.Mode() == None || index < p.imported:
		return index, true
	case index < p.imported+addedImports || index >= p.tick:
		return 0, false
	default:
		return index - addedImports, true
	}
}

// Edits returns the edits of all sections but code: the added ones, and those that name
// functions.
func (p *Plan) Edits() []wasmbin.Edit { return p.edits }

var errRange = errors.New("index out of range")

// checkExtent refuses an index that the guest does not have but the rewritten
// module may have: that of the counter, for instance.
func (p *Plan) checkExtent(e wasmbin.Extent) error {
	return checkExtent(e, p.module, p.types, p.imported, p.counter)
}

func (p *Plan) checkSections() error { return checkSections(p.module, p.checkExtent) }

// checkExtent refuses indexes beyond a module's own functions and the numbers of its
// types and globals.
func checkExtent(e wasmbin.Extent, m *wasmbin.Module, types, imported, globals uint32) error {
	if e.Types > uint64(types) || e.Functions > uint64(imported)+uint64(m.Functions) || e.Globals > uint64(globals) {
		return errRange
	}
	return nil
}

// checkSections checks the indexes in all sections but code.
func checkSections(m *wasmbin.Module, check func(wasmbin.Extent) error) error {
	e, err := m.Extent()
	if err != nil {
		return err
	}
	return check(e)
}

// places are the places of a module's sections.
type places struct {
	module *wasmbin.Module
	found  [wasmbin.SectionTag + 1]wasmbin.Section
	has    [wasmbin.SectionTag + 1]bool
}

// sectionOrder is the order of sections in a binary.
var sectionOrder = [...]wasmbin.ID{
	wasmbin.SectionType, wasmbin.SectionImport, wasmbin.SectionFunction, wasmbin.SectionTable, wasmbin.SectionMemory,
	wasmbin.SectionTag, wasmbin.SectionGlobal, wasmbin.SectionExport, wasmbin.SectionStart, wasmbin.SectionElement,
	wasmbin.SectionDataCount, wasmbin.SectionCode, wasmbin.SectionData,
}

// sectionPlaces refuses the section lists that wazero refuses: unknown
// sections, duplicates, or another order.
func sectionPlaces(m *wasmbin.Module) (*places, error) {
	p := &places{module: m}
	next := 0
	for _, s := range m.Sections {
		if s.ID == wasmbin.SectionCustom {
			continue
		}
		for next < len(sectionOrder) && sectionOrder[next] != s.ID {
			next++
		}
		if next == len(sectionOrder) {
			return nil, fmt.Errorf("%w: %s at offset %#x", errOrder, s.ID, s.Header)
		}
		next++
		p.found[s.ID], p.has[s.ID] = s, true
	}
	for _, id := range []wasmbin.ID{wasmbin.SectionType, wasmbin.SectionFunction, wasmbin.SectionCode} {
		if !p.has[id] {
			return nil, fmt.Errorf("functions without a %s section", id)
		}
	}
	if n := m.Count(p.found[wasmbin.SectionCode]); n != m.Functions {
		return nil, fmt.Errorf("%d functions with %d bodies", m.Functions, n)
	}
	return p, nil
}

// count returns the number of elements of a section, which may be absent.
func (p *places) count(id wasmbin.ID) uint32 {
	if !p.has[id] {
		return 0
	}
	return p.module.Count(p.found[id])
}

// add returns the edit that adds n elements to a section. The section's other
// content is content, or the binary's if that is nil.
func (p *places) add(id wasmbin.ID, content []byte, n uint32, elements []byte) wasmbin.Edit {
	if p.has[id] {
		return p.module.AppendVector(p.found[id], content, n, elements)
	}
	at := 0
	for _, before := range sectionOrder {
		if before == id {
			break
		}
		if p.has[before] {
			at = p.found[before].End()
		}
	}
	all := append(wasmbin.AppendU32(nil, n), elements...)
	return wasmbin.Edit{From: at, To: at, With: wasmbin.AppendSection(nil, id, all)}
}

// planSections makes the edits of all sections but code.
func (p *Plan) planSections(at *places) error {
	var types, functions []byte
	for _, t := range addedTypes {
		types = append(types, t...)
	}
	for _, h := range p.helpers {
		functions = wasmbin.AppendU32(functions, p.types+h.signature)
	}
	p.edits = append(p.edits,
		at.add(wasmbin.SectionType, nil, uint32(len(addedTypes)), types),
		at.add(wasmbin.SectionImport, nil, addedImports, p.hostImport()),
		at.add(wasmbin.SectionFunction, nil, uint32(len(p.helpers)), functions),
	)
	contents := make(map[wasmbin.ID][]byte)
	for _, s := range p.module.Sections {
		if !s.ID.NamesFunctions() {
			continue
		}
		content, err := p.module.MoveFunctions(s, p.moved)
		if err != nil {
			return err
		}
		if s.ID == wasmbin.SectionGlobal {
			contents[s.ID] = content
		} else {
			p.edits = append(p.edits, wasmbin.Edit{From: s.Header, To: s.End(), With: wasmbin.AppendSection(nil, s.ID, content)})
		}
	}
	global := wasmbin.AppendS64([]byte{i64, 1, byte(wasmbin.OpI64Const)}, p.first())
	global = append(global, byte(wasmbin.OpEnd))
	added := uint32(1)
	if p.stack.lowest != 0 {
		global, added = append(global, lowestGlobal()...), 2
	}
	p.edits = append(p.edits, at.add(wasmbin.SectionGlobal, contents[wasmbin.SectionGlobal], added, global))
	return nil
}

// first returns the counter's value in a new instance. With fuel, and for a
// profile, the host grants it from the beginning.
func (p *Plan) first() int64 {
	if p.mode == Yield {
		return Reload
	}
	return 0
}

func (p *Plan) hostImport() []byte {
	b := append([]byte{byte(len(HostModule))}, HostModule...)
	b = append(append(b, byte(len(HostTick))), HostTick...)
	return wasmbin.AppendU32(append(b, byte(wasmbin.ImportFunction)), p.types+typeHost)
}
