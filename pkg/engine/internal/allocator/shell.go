package allocator

import (
	"slices"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// followShells adds the functions behind shells: an exported malloc is often a
// shell that only calls the real function with its own parameters, and that
// nobody inside the guest calls.
func (s *search) followShells() error {
	bodies := map[uint32]wasmbin.FunctionBody{}
	for b, err := range s.module.FunctionBodies() {
		if err != nil {
			return err
		}
		bodies[b.Index] = b
	}
	for todo := s.indexes(); len(todo) > 0; {
		shell := s.found[todo[0]]
		todo = todo[1:]
		inner, ok := s.shell(shell.Index, bodies)
		if _, known := s.found[inner]; ok && !known && s.add(inner, shell.Name, shell.Shape) {
			todo = append(todo, inner)
		}
	}
	return nil
}

func (s *search) indexes() []uint32 {
	var all []uint32
	for i := range s.found {
		all = append(all, i)
	}
	slices.Sort(all)
	return all
}

// shell returns the function that a short function calls with its own parameters in
// order. The short function may also call functions without parameters and results: the
// exports of a command do so, to run constructors first.
func (s *search) shell(index uint32, bodies map[uint32]wasmbin.FunctionBody) (inner uint32, ok bool) {
	const maxBytes = 64
	body, own := bodies[index], false
	t, known := s.typeOf(index)
	if !known || body.Size == 0 || body.Size > maxBytes {
		return 0, false
	}
	in, locals := s.module.Instructions(body)
	passed := uint32(0) // parameters on the stack
	for in.Next() {
		switch {
		case in.Op == wasmbin.OpLocalGet && in.Index == passed && !own:
			passed++
		case in.Op == wasmbin.OpCall || in.Op == wasmbin.OpReturnCall:
			called, known := s.typeOf(in.Index)
			switch {
			case !known:
				return 0, false
			case len(called.Params)+len(called.Results) == 0 && (passed == 0 || own):
			case !own && passed == uint32(len(t.Params)) && sameType(called, t):
				inner, own = in.Index, true
			default:
				return 0, false
			}
		case in.Op == wasmbin.OpEnd, in.Op == wasmbin.OpReturn:
		case own && (in.Op == wasmbin.OpLocalSet || in.Op == wasmbin.OpLocalGet) && locals.Count > 0: // the result, past the destructors
		default:
			return 0, false
		}
	}
	return inner, own && in.Err() == nil
}

func sameType(a, b wasmbin.FunctionType) bool {
	return slices.Equal(a.Params, b.Params) && slices.Equal(a.Results, b.Results)
}
