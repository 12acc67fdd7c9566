package instrument

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// ran is the observable behaviour of a generated module.
type ran struct {
	results string // of the two calls: a number, or a trap
	memory  [sha256.Size]byte
	globals [2]uint64
}

// runTwice calls f of a module twice and returns its behaviour, and the number of
// charged instructions.
func runTwice(t testing.TB, config wazero.RuntimeConfig, binary []byte, counter uint32) (ran, int64) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer func() { _ = r.Close(ctx) }()
	granted := int64(0)
	host(t, r, func(counter int64) int64 {
		const slice = 300
		granted += slice - counter
		return slice
	})
	m, err := r.Instantiate(ctx, binary)
	if err != nil {
		t.Fatalf("%v\n%x", err, binary)
	}
	var out ran
	for i := range uint64(2) {
		results, err := m.ExportedFunction("f").Call(ctx, 5-i, 7<<33+i)
		out.results += fmt.Sprint(results, trapMessage(err), "; ")
	}
	memory, _ := m.Memory().Read(0, m.Memory().Size())
	out.memory = sha256.Sum256(memory)
	out.globals = [2]uint64{m.ExportedGlobal("g").Get(), m.ExportedGlobal("h").Get()}
	if counter != noCounter {
		granted -= int64(m.(experimental.InternalModule).Global(int(counter)).Get())
	}
	return out, granted
}

const noCounter = ^uint32(0)

// countAll charges each instruction for itself, which is simple and slow. The
// counter is at the place where a plan puts it.
func countAll(t testing.TB, binary []byte, p *Plan) []byte {
	t.Helper()
	m := p.module
	s, _ := m.Section(wasmbin.SectionCode)
	out := wasmbin.AppendU32(nil, p.Functions())
	for body, err := range m.FunctionBodies() {
		if err != nil {
			t.Fatal(err)
		}
		in, locals := m.Instructions(body)
		c := code(bytes.Clone(binary[body.Offset:locals.End]))
		for in.Next() {
			if !isFree(in.Op) {
				p.charge(&c, 1)
			}
			switch in.Op {
			case wasmbin.OpMemoryInit, wasmbin.OpMemoryCopy, wasmbin.OpMemoryFill:
				c.index(wasmbin.OpLocalTee, unusedLocal)
				p.chargeLength(&c, unusedLocal, fuelByteShift)
			case wasmbin.OpTableInit, wasmbin.OpTableCopy, wasmbin.OpTableFill:
				c.index(wasmbin.OpLocalTee, unusedLocal)
				p.chargeLength(&c, unusedLocal, fuelElementShift)
			case wasmbin.OpCall, wasmbin.OpRefFunc:
				c.index(in.Op, p.moved(in.Index))
				continue
			}
			c = append(c, binary[in.Start:in.End]...)
		}
		out = append(wasmbin.AppendU32(out, uint32(len(c))), c...)
	}
	for _, h := range p.helpers {
		out = h.append(out)
	}
	return wasmbin.Apply(binary, append(p.Edits(), wasmbin.Edit{From: s.Header, To: s.End(), With: wasmbin.AppendSection(nil, s.ID, out)})...)
}

// checkSame compares a module with its rewritten form, in the compiler and in
// the interpreter, and the counted instructions with those that are charged one
// by one. It returns the module's behaviour, and the number of instructions.
func checkSame(t testing.TB, binary []byte) (ran, int64) {
	t.Helper()
	engines := enginesHere()
	want, _ := runTwice(t, engines[0], binary, noCounter)
	var count int64
	for _, mode := range []Mode{None, Yield, Fuel} {
		changed, plan, err := rewritten(binary, mode)
		if err != nil {
			t.Fatal(err)
		}
		for i, engine := range engines {
			counter := noCounter
			if mode == Fuel {
				counter = plan.Counter()
			}
			got, n := runTwice(t, engine, changed, counter)
			if got != want {
				t.Fatalf("mode %d, engine %d: %+v, want %+v\n%x", mode, i, got, want, binary)
			}
			if mode != Fuel {
				continue
			}
			if i == 0 {
				count = n
				_, simple := runTwice(t, engine, countAll(t, binary, plan), counter)
				trapped := strings.Contains(want.results, "[]")
				if n < simple || n != simple && !trapped {
					t.Fatalf("%d instructions, charged one by one %d: %s\n%x", n, simple, want.results, binary)
				}
			} else if n != count {
				t.Fatalf("%d instructions in the compiler, %d in the interpreter\n%x", n, count, binary)
			}
		}
	}
	return want, count
}

// TestSame compares generated modules.
func TestSame(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	traps, most := 0, int64(0)
	const modules = 60
	for range modules {
		choices := make([]byte, 100+random.IntN(3000))
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		got, n := checkSame(t, generate(choices))
		if strings.Contains(got.results, "[]") {
			traps++
		}
		most = max(most, n)
	}
	t.Logf("%d of %d trap; up to %d instructions", traps, modules, most)
	if traps == 0 || traps > modules*3/4 || most < 1000 {
		t.Errorf("the modules are of little use: %d of %d trap, at most %d instructions", traps, modules, most)
	}
}

func FuzzSame(f *testing.F) {
	f.Add([]byte("some choices, which make a module"))
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) < 1<<12 {
			checkSame(t, generate(choices))
		}
	})
}

// FuzzValid: a module is as valid after it was rewritten as before.
func FuzzValid(f *testing.F) {
	guestsAndSpecification(f, func(_ string, binary []byte) {
		if len(binary) < 4<<10 {
			f.Add(binary)
		}
	})
	r := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(allFeatures))
	f.Cleanup(func() { _ = r.Close(context.Background()) })
	f.Fuzz(func(t *testing.T, binary []byte) {
		m, err := wasmbin.Parse(binary)
		if err != nil || m.Functions > 1000 {
			return
		}
		if _, err := m.CheckLimits(false); err != nil {
			return // the engine refuses it, too, before wazero allocates what its counts say
		}
		for body, err := range m.FunctionBodies() {
			if _, locals := m.Instructions(body); err != nil || locals.Count > 1000 {
				return // wazero allocates them
			}
		}
		before := validate(r, binary)
		for _, mode := range []Mode{Yield, Fuel} {
			changed, _, err := rewritten(binary, mode)
			if err == nil {
				err = validate(r, changed)
			}
			if (before == nil) != (err == nil) {
				t.Errorf("mode %d: %v, and after: %v", mode, before, err)
			}
		}
	})
}

// enginesHere returns the interpreter, and the compiler where wazero has one.
func enginesHere() []wazero.RuntimeConfig {
	engines := []wazero.RuntimeConfig{wazero.NewRuntimeConfigInterpreter()}
	if runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64" {
		engines = append(engines, wazero.NewRuntimeConfigCompiler())
	}
	return engines
}
