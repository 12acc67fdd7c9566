package instrument

import (
	"fmt"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// callGraph holds the functions that can reach the allocator, and those that are a part
// of it.
type callGraph struct {
	imported  uint32
	functions []graphFunction // that the module defines
	kinds     []uint32        // for each type, the first one that is the same
	open      []bool          // by kind of type: an indirect call of it can reach the allocator
}

// graphFunction is a function in the graph.
type graphFunction struct {
	typ       uint32 // index
	calls     []uint32
	indirect  []uint32 // kinds of types
	allocator bool     // it is watched
	inner     bool     // it is watched, or only watched functions lead to it
	taken     bool     // a table, a ref.func, an export or the start can lead to it
	reaches   bool     // a call of the function itself, not of its wrapper, can reach a wrapper
}

// newCallGraph reads the code of a module.
func newCallGraph(m *wasmbin.Module, functions []allocator.Function) (*callGraph, error) {
	g := &callGraph{imported: m.Imported(wasmbin.ImportFunction)}
	types, err := m.Types()
	if err != nil {
		return nil, err
	}
	indices, err := m.TypeIndices()
	if err != nil {
		return nil, err
	}
	g.kinds = kindsOf(types)
	g.open = make([]bool, len(types))
	g.functions = make([]graphFunction, len(indices))
	for i, t := range indices {
		if int(t) >= len(types) {
			return nil, errRange
		}
		g.functions[i].typ = t
	}
	for _, f := range functions {
		if g.function(f.Index) == nil {
			return nil, errRange
		}
		g.function(f.Index).allocator = true
	}
	for _, s := range m.Sections {
		if s.ID.NamesFunctions() {
			if _, err := m.MoveFunctions(s, func(i uint32) uint32 { g.take(i); return i }); err != nil {
				return nil, err
			}
		}
	}
	if err := g.readCode(m); err != nil {
		return nil, err
	}
	g.findInner()
	g.findReach()
	return g, nil
}

// kindsOf returns for each type the first one that is the same.
func kindsOf(types []wasmbin.FunctionType) []uint32 {
	first := make(map[string]uint32)
	kinds := make([]uint32, len(types))
	for i, t := range types {
		key := fmt.Sprint(t)
		if _, known := first[key]; !known {
			first[key] = uint32(i)
		}
		kinds[i] = first[key]
	}
	return kinds
}

// function returns a function that the module defines, or nil.
func (g *callGraph) function(index uint32) *graphFunction {
	if index < g.imported || uint64(index-g.imported) >= uint64(len(g.functions)) {
		return nil
	}
	return &g.functions[index-g.imported]
}

func (g *callGraph) take(index uint32) {
	if f := g.function(index); f != nil {
		f.taken = true
	}
}

func (g *callGraph) readCode(m *wasmbin.Module) error {
	for body, err := range m.FunctionBodies() {
		if err != nil {
			return err
		}
		f := g.function(body.Index)
		if f == nil {
			return errRange
		}
		in, _ := m.Instructions(body)
		for in.Next() {
			switch in.Op {
			case wasmbin.OpCall, wasmbin.OpReturnCall:
				if in.Index >= g.imported {
					f.calls = append(f.calls, in.Index)
				}
			case wasmbin.OpRefFunc:
				g.take(in.Index)
			case wasmbin.OpCallIndirect, wasmbin.OpReturnCallIndirect, wasmbin.OpCallRef, wasmbin.OpReturnCallRef:
				if int(in.Index) >= len(g.kinds) {
					return errRange
				}
				f.indirect = append(f.indirect, g.kinds[in.Index])
			}
		}
		if err := in.Err(); err != nil {
			return fmt.Errorf("function %d: %w", body.Index, err)
		}
		slices.Sort(f.calls)
		f.calls = slices.Compact(f.calls)
		slices.Sort(f.indirect)
		f.indirect = slices.Compact(f.indirect)
	}
	return nil
}

// findInner finds the functions that only the allocator calls: of all functions
// that it leads to, those that nothing else leads to.
func (g *callGraph) findInner() {
	var todo []*graphFunction
	for i := range g.functions {
		if f := &g.functions[i]; f.allocator {
			f.inner = true
			todo = append(todo, f)
		}
	}
	for len(todo) > 0 {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, c := range f.calls {
			if called := g.function(c); called != nil && !called.inner {
				called.inner = true
				todo = append(todo, called)
			}
		}
	}
	for i := range g.functions {
		if f := &g.functions[i]; f.inner && !f.allocator && f.taken {
			f.inner = false
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range g.functions {
			if f := &g.functions[i]; !f.inner {
				changed = g.expel(f) || changed
			}
		}
	}
}

// expel removes the functions that f calls from the allocator; f itself is
// outside of it.
func (g *callGraph) expel(f *graphFunction) (changed bool) {
	for _, c := range f.calls {
		called := g.function(c)
		if called != nil && called.inner && !called.allocator {
			called.inner, changed = false, true
		}
	}
	return changed
}

// findReach finds the functions that can reach a wrapper. It identifies
// functions by their place in the graph.
func (g *callGraph) findReach() {
	callers := make([][]int, len(g.functions)) // direct
	byKind := make([][]int, len(g.kinds))      // those that make indirect calls
	var todo []int
	reach := func(place int) {
		if f := &g.functions[place]; !f.reaches {
			f.reaches = true
			todo = append(todo, place)
		}
	}
	open := func(kind uint32) {
		if !g.open[kind] {
			g.open[kind] = true
			for _, place := range byKind[kind] {
				reach(place)
			}
		}
	}
	for place := range g.functions {
		f := &g.functions[place]
		for _, k := range f.indirect {
			byKind[k] = append(byKind[k], place)
		}
		for _, c := range f.calls {
			if called := g.function(c); called != nil {
				callers[c-g.imported] = append(callers[c-g.imported], place)
				if called.allocator && !f.inner {
					reach(place)
				}
			}
		}
	}
	for _, f := range g.functions {
		if f.allocator && f.taken {
			open(g.kinds[f.typ])
		}
	}
	for len(todo) > 0 {
		place := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, caller := range callers[place] {
			reach(caller)
		}
		if f := &g.functions[place]; f.taken {
			open(g.kinds[f.typ])
		}
	}
}
