package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestTailCalls compares tail calls with plain calls, compiled and interpreted,
// in random modules: of functions with all kinds of parameters, in registers and
// on the stack, which call each other directly and through a table.
func TestTailCalls(t *testing.T) {
	ctx := context.Background()
	seeds := 150
	if testing.Short() || engine.RaceEnabled {
		seeds = 30
	}
	compiled, interpreted := newRuntime(t, engine.Config{}), newRuntime(t, engine.Config{Interpreter: true})
	results := func(r *engine.Runtime, binary []byte, depth int) (string, error) {
		m, err := r.Compile(ctx, &engine.Binary{Bytes: binary})
		if err != nil {
			return "", err
		}
		defer func() { _ = m.Close(ctx) }()
		values, o := instance(t, m, wasi.Config{}).Invoke(ctx, "run", []string{fmt.Sprint(depth)})
		return fmt.Sprint(values, o), nil
	}
	refused := 0
	for seed := range seeds {
		for _, depth := range []int{0, 1, 2, 7, 500} {
			want, err := results(compiled, newCalls(seed).module(false), depth)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range []*engine.Runtime{compiled, interpreted} {
				got, err := results(r, newCalls(seed).module(true), depth)
				if errors.Is(err, engine.ErrUnsupported) {
					refused++ // seven integers: see checkCode
					continue
				}
				if err != nil || got != want {
					t.Errorf("seed %d, depth %d: %s, %v; want %s", seed, depth, got, err, want)
				}
			}
		}
	}
	if refused > seeds*5/2 {
		t.Errorf("%d of %d runs were refused", refused, seeds*10)
	}
}

// calls makes a module of functions that call each other until a counter, their
// first parameter, is 0.
type calls struct {
	*rand.Rand
	params [][]byte // of each function
	result []byte   // of all
}

const i32, i64, f32, f64, v128 = 0x7f, 0x7e, 0x7d, 0x7c, 0x7b

func newCalls(seed int) *calls {
	c := &calls{Rand: rand.New(rand.NewPCG(uint64(seed), 1))}
	types := func(n int, of ...byte) (types []byte) {
		for range n {
			types = append(types, of[c.IntN(len(of))])
		}
		return types
	}
	c.result = types(c.IntN(4), i32, i64, f32, f64)
	for range 2 + c.IntN(6) {
		c.params = append(c.params, append([]byte{i32}, types(c.IntN(3)*c.IntN(11), i32, i64, f32, f64, v128)...))
	}
	return c
}

func (c *calls) module(tail bool) []byte {
	functions := len(c.params)
	types, indices, elements, bodies := number(functions), number(functions), number(functions), number(functions)
	for i, p := range c.params {
		types = slices.Concat(types, []byte{0x60}, vector(p), vector(c.result))
		indices = append(indices, number(i)...)
		elements = append(elements, number(i)...)
	}
	for i := range c.params {
		bodies = append(bodies, vector(slices.Concat([]byte{0}, c.body(i, tail), []byte{0x0b}))...)
	}
	// One more function takes the counter alone, so that it can be called.
	types = slices.Concat(number(functions+1), types[1:], []byte{0x60, 1, i32}, vector(c.result))
	indices = slices.Concat(number(functions+1), indices[1:], number(functions))
	run := []byte{0, 0x20, 0}
	for _, p := range c.params[0][1:] {
		run = append(run, c.constant(p)...)
	}
	bodies = slices.Concat(number(functions+1), bodies[1:], vector(append(run, 0x10, 0, 0x0b)))
	binary := []byte("\x00asm\x01\x00\x00\x00")
	for _, s := range []struct {
		id      wasmbin.ID
		content []byte
	}{
		{wasmbin.SectionType, types},
		{wasmbin.SectionFunction, indices},
		{wasmbin.SectionTable, append([]byte{1, 0x70, 0}, number(functions)...)},
		{wasmbin.SectionExport, append([]byte("\x01\x03run\x00"), number(functions)...)},
		{wasmbin.SectionElement, append([]byte{1, 0, 0x41, 0, 0x0b}, elements...)},
		{wasmbin.SectionCode, bodies},
	} {
		binary = wasmbin.AppendSection(binary, s.id, s.content)
	}
	return binary
}

// body returns the results if the counter is 0, and else calls a function with
// the counter less 1.
func (c *calls) body(i int, tail bool) []byte {
	code := []byte{0x20, 0, 0x45, 0x04, 0x40}
	for _, r := range c.result {
		code = append(code, c.value(i, r)...)
	}
	code = append(code, 0x0f, 0x0b, 0x20, 0, 0x41, 1, 0x6b)
	to := c.IntN(len(c.params))
	for _, p := range c.params[to][1:] {
		code = append(code, c.value(i, p)...)
		if p == i64 {
			code = append(code, 0x42, byte(c.IntN(64)), 0x7c) // i64.add
		}
	}
	call := byte(0x10)
	if tail {
		call = 0x12
	}
	if c.IntN(2) == 0 {
		return slices.Concat(code, []byte{call}, number(to))
	}
	return slices.Concat(code, []byte{0x41}, number(to), []byte{call + 1}, number(to), []byte{0}) // through the table
}

// value is a parameter of that type or a constant.
func (c *calls) value(i int, kind byte) []byte {
	var own []int
	for j, p := range c.params[i][1:] {
		if p == kind {
			own = append(own, j+1)
		}
	}
	if len(own) == 0 || c.IntN(4) == 0 {
		return c.constant(kind)
	}
	return append([]byte{0x20}, number(own[c.IntN(len(own))])...)
}

func (c *calls) constant(kind byte) []byte {
	n := byte(c.IntN(64))
	switch kind {
	case i32:
		return []byte{0x41, n}
	case i64:
		return []byte{0x42, n}
	case f32:
		return []byte{0x43, 0, 0, n, 0x40}
	case f64:
		return []byte{0x44, 0, 0, 0, 0, 0, 0, n, 0x40}
	default:
		return append([]byte{0xfd, 12}, slices.Repeat([]byte{n}, 16)...)
	}
}

func number(n int) []byte    { return wasmbin.AppendU32(nil, uint32(n)) }
func vector(b []byte) []byte { return append(number(len(b)), b...) }
