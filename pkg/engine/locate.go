package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/callstack"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// maxRecompiled bounds the code that is compiled once more to locate calls, in
// bytes of WebAssembly.
const maxRecompiled = 256 << 10

// hide returns the edits that make wazero's stacks trustworthy, and the names
// that they hide. The interpreter, whose code is never kept, reports places
// itself, and so does compiled code whose heap is watched or that is profiled.
func (r *Runtime) hide(m *wasmbin.Module) ([]wasmbin.Edit, wasmbin.Names) {
	edits, names := m.DropNames()
	edits = append(edits, m.DropDebug()...)
	if !r.compiles || r.tellsPlaces() {
		edits = append(edits, withOffsets(m))
	}
	return edits, names
}

// tellsPlaces reports whether compiled code keeps the places of its calls.
func (r *Runtime) tellsPlaces() bool { return r.config.Heap.Check || r.config.CPUProfile }

func withOffsets(m *wasmbin.Module) wasmbin.Edit {
	end := len(m.Binary)
	return wasmbin.Edit{From: end, To: end, With: offsetDWARF()}
}

// locate sets the places of the guest's frames, whose calls in compiled code are given.
// It compiles their functions once more, with the same settings, but with debug
// information that makes wazero keep the place of each instruction.
func (m *Module) locate(frames []tracedFrame, calls []callstack.Call) {
	if len(calls) == 0 {
		return
	}
	rewritten, err := m.rewritten()
	if err != nil {
		return
	}
	bodies := bodiesOf(rewritten, calls)
	if len(bodies) == 0 {
		return
	}
	edits := []wasmbin.Edit{withOffsets(rewritten), rewritten.KeepBodies(slices.Collect(maps.Keys(bodies))...)}
	if strip, _, ok := rewritten.StripData(); ok {
		edits = append(edits, strip)
	}
	stub, err := wasmbin.Parse(wasmbin.Apply(rewritten.Binary, edits...))
	if err != nil {
		return
	}
	ctx := context.Background()
	l := m.runtime.newLinker(ctx, nil)
	defer func() { _ = l.close(ctx) }() // it has no instances: nothing is lost
	compiled, err := l.compileModule(ctx, stub.Binary)
	if err != nil {
		return
	}
	places := callstack.Offsets(compiled, calls)
	code, _ := rewritten.Section(wasmbin.SectionCode)
	stubCode, _ := stub.Section(wasmbin.SectionCode)
	for body, err := range stub.FunctionBodies() {
		whole, ok := bodies[body.Index]
		if err != nil || !ok {
			continue
		}
		index, _ := m.originalIndex(body.Index)
		moved := (whole.Offset - code.Offset) - (body.Offset - stubCode.Offset)
		next := 0
		for i := range frames {
			if !frames[i].guest {
				continue
			}
			if frames[i].index == index && places[next] > 0 {
				frames[i].place = places[next] + uint64(moved)
			}
			next++
		}
	}
	m.unmove(frames)
}

// rewritten returns the compiled module, but with its data.
func (m *Module) rewritten() (*wasmbin.Module, error) {
	edits, _ := m.staged.DropNames()
	edits = append(edits, m.staged.DropDebug()...)
	if m.plan.Mode() != instrument.None {
		code, err := m.plan.Code()
		if err != nil {
			return nil, err
		}
		edits = append(append(edits, m.plan.Edits()...), code)
	}
	return wasmbin.Parse(wasmbin.Apply(m.staged.Binary, edits...))
}

// unmove translates the places of frames from the code that was compiled to the
// original. They are not known where references are shared.
func (m *Module) unmove(frames []tracedFrame) {
	original := m.originalPlaces()
	for i := range frames {
		if place := &frames[i].place; *place > 0 {
			*place = original(*place)
		}
	}
}

// originalPlaces returns the function that translates a place in the code that was
// compiled to that in the guest, or to 0 if it is not known.
func (m *Module) originalPlaces() func(place uint64) uint64 {
	last, err1 := m.plan.Offsets()
	first, err2 := m.heap.rewriting().Offsets()
	if err1 != nil || err2 != nil || m.sharesReferences {
		return func(uint64) uint64 { return 0 }
	}
	return func(place uint64) uint64 { return first.Original(last.Original(place)) }
}

// bodiesOf returns the bodies of the functions that were called, up to the limit.
func bodiesOf(m *wasmbin.Module, calls []callstack.Call) map[uint32]wasmbin.FunctionBody {
	imported := m.Imported(wasmbin.ImportFunction)
	all := make(map[uint32]wasmbin.FunctionBody)
	for body, err := range m.FunctionBodies() {
		if err != nil {
			return nil
		}
		if slices.ContainsFunc(calls, func(c callstack.Call) bool { return imported+c.Function == body.Index }) {
			all[body.Index] = body
		}
	}
	kept, size := make(map[uint32]wasmbin.FunctionBody), 0
	for _, c := range calls {
		body := all[imported+c.Function]
		if _, again := kept[body.Index]; !again && size+body.Size <= maxRecompiled {
			kept[body.Index] = body
			size += body.Size
		}
	}
	return kept
}

// functionText names a function as wazero does: "$17(i32) i32".
func (m *Module) functionText(index uint32) string {
	text := indexName(index)
	types, err1 := m.binary.Types()
	indices, err2 := m.binary.TypeIndices()
	defined := index - m.binary.Imported(wasmbin.ImportFunction)
	if err1 != nil || err2 != nil || int(defined) >= len(indices) || int(indices[defined]) >= len(types) {
		return text + "()"
	}
	t := types[indices[defined]]
	text += "(" + strings.Join(textNames(t.Params), ",") + ")"
	switch results := textNames(t.Results); len(results) {
	case 0:
		return text
	case 1:
		return text + " " + results[0]
	default:
		return text + " (" + strings.Join(results, ",") + ")"
	}
}

func textNames(types []wasmbin.ValueType) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = typeName(t.Kind)
	}
	return names
}
