package engine

import (
	"bytes"
	goruntime "runtime"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// checkCode refuses code that wazero v1.12.0 would accept and compile wrongly,
// such that a guest can make references of numbers and leave the sandbox:
//
//   - A select with the type (ref …). wazero's validator skips the heap type that
//     follows, its compiler and its interpreter take it for an instruction.
//   - On amd64, return_call_indirect of a function with seven parameters that are
//     integers or references: they fill the registers for them, and the address
//     that is jumped to overwrites the last.
//
// Code from the cache was checked before it was compiled. Remove when wazero gets
// them right: TestMiscompiled fails then.
func (r *Runtime) checkCode(m *wasmbin.Module) error {
	section, ok := m.Section(wasmbin.SectionCode)
	if !ok {
		return nil
	}
	code := section.Content(m.Binary)
	selects := !r.features.IsEnabled(experimental.CoreFeaturesTypedFunctionReferences) && mayHaveReferenceSelect(code)
	var seven map[uint32]bool
	if r.compiles && goruntime.GOARCH == "amd64" && bytes.IndexByte(code, byte(wasmbin.OpReturnCallIndirect)) >= 0 {
		seven = sevenParameters(m)
	}
	if !selects && len(seven) == 0 {
		return nil
	}
	for body, err := range m.FunctionBodies() {
		if err != nil {
			return nil // wazero says the same
		}
		in, _ := m.Instructions(body)
		for in.Next() {
			if in.Op == wasmbin.OpReturnCallIndirect && seven[in.Index] {
				return &FeatureError{FeatureTailCalls,
					"are compiled wrongly for amd64 where a function with seven integer parameters is called through a table"}
			}
		}
		if err := in.Err(); err != nil && selects {
			if m.Binary[in.Start] == selectTyped {
				return unsupported(FeatureTypedReferences)
			}
			return err // the rest cannot be checked
		}
	}
	return nil
}

const selectTyped = 0x1c

// mayHaveReferenceSelect looks for the bytes of a select of one type that begins
// with 0x63 or 0x64. They may stand for something else.
func mayHaveReferenceSelect(code []byte) bool {
	return bytes.Contains(code, []byte{selectTyped, 1, 0x63}) || bytes.Contains(code, []byte{selectTyped, 1, 0x64})
}

// sevenParameters returns the indices of the function types with seven parameters
// that are passed in integer registers.
func sevenParameters(m *wasmbin.Module) map[uint32]bool {
	const f32, f64, v128 = 0x7d, 0x7c, 0x7b
	types, err := m.Types()
	if err != nil {
		return nil // wazero says the same
	}
	found := make(map[uint32]bool)
	for i, t := range types {
		n := 0
		for _, p := range t.Params {
			if p.Kind != f32 && p.Kind != f64 && p.Kind != v128 {
				n++
			}
		}
		if n == 7 {
			found[uint32(i)] = true
		}
	}
	return found
}
