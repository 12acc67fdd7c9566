//go:build linux

package wasi_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// randomPlan is always the same for a seed.
func randomPlan(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, seed))
	plan := make([]byte, n)
	for i := range plan {
		plan[i] = byte(r.Uint32())
	}
	return plan
}

// TestDifferential runs random plans in a guest and, side by side, as plain
// system calls.
func TestDifferential(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { runPlan(t, randomPlan(seed, 3000)) })
	}
}

func FuzzPlan(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(randomPlan(seed, 300))
	}
	f.Fuzz(func(t *testing.T, plan []byte) {
		if len(plan) > 3000 {
			return
		}
		runPlan(t, plan)
	})
}

// FuzzABI calls functions with any arguments, in any order, in a memory of any
// content. Each call is a function's number and eight bytes for each argument;
// the rest of the input is copied to the memory.
func FuzzABI(f *testing.F) {
	functions := wasi.Modules()[0].Functions
	for i, fn := range functions {
		call := []byte{byte(i)}
		for _, a := range usualArgs(fn) {
			call = binary.LittleEndian.AppendUint64(call, a)
		}
		f.Add(call, []byte{})
		f.Add(append(call, call...), []byte("\x00\x10\x00\x00\x04\x00\x00\x00"))
	}
	f.Fuzz(func(t *testing.T, calls, memory []byte) {
		if len(calls) > 1000 {
			return
		}
		p := hostileGuest(t, withPages(1))
		copy(p.memory()[0x1000:], memory)
		for len(calls) > 0 {
			fn := functions[int(calls[0])%len(functions)]
			calls = calls[1:]
			args := make([]uint64, len(fn.Params))
			for i := range args {
				var b [8]byte
				calls = calls[copy(b[:], calls):]
				args[i] = binary.LittleEndian.Uint64(b[:])
				if fn.Params[i] == api.ValueTypeI32 {
					args[i] = uint64(uint32(args[i]))
				}
			}
			attack(t, p, fn, args, make([]uint64, 16), nil)
		}
	})
}
