package engine

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/callstack"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// maxRecompiled bounds the code that is compiled once more to locate calls, in
// bytes of WebAssembly.
const maxRecompiled = 256 << 10

// hide returns the edits after which wazero's stacks can be trusted, and the
// names that they hide. The interpreter, whose code is never kept, tells places
// itself.
func (r *Runtime) hide(m *wasmbin.Module) ([]wasmbin.Edit, wasmbin.Names) {
	edits, names := m.DropNames()
	edits = append(edits, m.DropDebug()...)
	if !r.compiles {
		edits = append(edits, withOffsets(m))
	}
	return edits, names
}

func withOffsets(m *wasmbin.Module) wasmbin.Edit {
	end := len(m.Binary)
	return wasmbin.Edit{From: end, To: end, With: offsetDWARF()}
}

// locate sets the places of the guest's frames, whose calls in compiled code are
// given. It compiles their functions once more, as the engine compiled them, but
// such that wazero keeps the place of each instruction.
func (m *Module) locate(frames []tracedFrame, calls []callstack.Call) {
	bodies := m.bodiesOf(calls)
	if len(bodies) == 0 {
		return
	}
	var indexes []uint32
	for index := range bodies {
		indexes = append(indexes, index)
	}
	edits, _ := m.binary.DropNames()
	edits = append(append(edits, m.binary.DropDebug()...), withOffsets(m.binary), m.binary.KeepBodies(indexes...))
	if strip, _, ok := m.binary.StripData(); ok {
		edits = append(edits, strip)
	}
	stub, err := wasmbin.Parse(wasmbin.Apply(m.binary.Binary, edits...))
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
	code, _ := m.binary.Section(wasmbin.SectionCode)
	stubCode, _ := stub.Section(wasmbin.SectionCode)
	for body, err := range stub.FunctionBodies() {
		original, ok := bodies[body.Index]
		if err != nil || !ok {
			continue
		}
		moved := (original.Offset - code.Offset) - (body.Offset - stubCode.Offset)
		next := 0
		for i := range frames {
			if !frames[i].guest {
				continue
			}
			if frames[i].index == body.Index && places[next] > 0 {
				frames[i].place = places[next] + uint64(moved)
			}
			next++
		}
	}
}

// bodiesOf returns the bodies of the functions that were called, up to the limit.
func (m *Module) bodiesOf(calls []callstack.Call) map[uint32]wasmbin.FunctionBody {
	if len(calls) == 0 {
		return nil
	}
	imported := m.binary.Imported(wasmbin.ImportFunction)
	all := make(map[uint32]wasmbin.FunctionBody)
	for body, err := range m.binary.FunctionBodies() {
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
	text := "$" + strconv.FormatUint(uint64(index), 10)
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
