package engine

import (
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/cpu"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// coreFeatures returns the proposals that modules may use: version 2.0 of the
// specification, and the additions that wazero v1.12.0 implements correctly.
// RATIONALE.md explains why exceptions and typed function references are not among
// them.
//
// wazero compiles atomic instructions for arm64 processors without checking that the
// processor has them; those before ARMv8.1 do not.
// those before ARMv8.1 do not, and does not look.
func coreFeatures(compiles bool) api.CoreFeatures {
	f := api.CoreFeaturesV2 |
		experimental.CoreFeaturesTailCall |
		experimental.CoreFeaturesExtendedConst
	if !compiles || goruntime.GOARCH != "arm64" || cpu.ARM64.HasATOMICS {
		f |= experimental.CoreFeaturesThreads
	}
	return f
}

// Feature is a proposal of WebAssembly, or a part of one, by its usual name.
type Feature string

// The features that a module may use and the engine does not have.
const (
	FeatureGC               Feature = "garbage collection"
	FeatureStackSwitching   Feature = "stack switching"
	FeatureMemory64         Feature = "64-bit memory"
	FeatureMultiMemory      Feature = "multiple memories"
	FeatureCustomPageSizes  Feature = "custom page sizes"
	FeatureSharedMemory     Feature = "shared memory"
	FeatureSharedEverything Feature = "shared-everything threads"
	FeatureLegacyExceptions Feature = "legacy exceptions"
	FeatureExceptions       Feature = "exceptions"
	FeatureTypedReferences  Feature = "typed function references"
	FeatureRelaxedSIMD      Feature = "relaxed SIMD"
	FeatureHalfPrecision    Feature = "half-precision floats"
	FeatureWideArithmetic   Feature = "wide arithmetic"
	// FeatureAtomics is missing only in compiled code, on arm64 processors
	// before ARMv8.1.
	FeatureAtomics Feature = "atomic instructions"
	// FeatureTailCalls is missing only in one case: see FeatureError.Problem.
	FeatureTailCalls Feature = "tail calls"
)

// ErrUnsupported is a module that is valid, as far as the engine can check, but
// uses a feature that the engine does not have; see [FeatureError].
var ErrUnsupported = errors.New("uses a feature that is not supported")

// FeatureError names the feature that a module uses and the engine does not
// have. It wraps ErrUnsupported.
type FeatureError struct {
	Feature Feature
	Problem string // follows the name: "is not supported"
}

// Error names the feature and the problem: "uses relaxed SIMD, which is not
// supported".
func (e *FeatureError) Error() string { return fmt.Sprintf("uses %s, which %s", e.Feature, e.Problem) }

// Unwrap returns ErrUnsupported.
func (e *FeatureError) Unwrap() error { return ErrUnsupported }

func unsupported(f Feature) *FeatureError { return &FeatureError{f, "is not supported"} }

// featureEncoding identifies a feature by a number of the binary format, or a
// range.
type featureEncoding struct {
	feature  Feature
	kind     wasmbin.EncodingKind
	from, to uint32
}

func (f *featureEncoding) matches(e wasmbin.Encoding) bool {
	return e.Kind == f.kind && f.from <= e.Value && e.Value <= f.to
}

// featureEncodings identify the features. If a module has several, the first
// row counts: later ones may be a part of it.
var featureEncodings = []featureEncoding{
	{FeatureStackSwitching, wasmbin.EncodedTypeForm, 0x5d, 0x5d},            // cont
	{FeatureStackSwitching, wasmbin.EncodedInstruction, 0xe0, 0xe6},         // cont.new to switch
	{FeatureGC, wasmbin.EncodedTypeForm, 0x4f, 0x50},                        // sub
	{FeatureGC, wasmbin.EncodedTypeForm, 0x5e, 0x5f},                        // array, struct
	{FeatureGC, wasmbin.EncodedValueType, 0x6a, 0x6e},                       // arrayref to anyref
	{FeatureGC, wasmbin.EncodedValueType, 0x71, 0x73},                       // nullref, nullexternref, nullfuncref
	{FeatureGC, wasmbin.EncodedInstruction, 0xd3, 0xd3},                     // ref.eq
	{FeatureGC, wasmbin.EncodedInstruction, 0xfb, 0xfb},                     // the same in constant expressions
	{FeatureGC, wasmbin.EncodedInstruction, 0xfb0000, 0xfbffff},             // struct.new and many more
	{FeatureMemory64, wasmbin.EncodedLimits, 0x04, 0x07},                    // 64-bit sizes
	{FeatureCustomPageSizes, wasmbin.EncodedLimits, 0x08, 0x0f},             // log2 of the page size follows
	{FeatureSharedMemory, wasmbin.EncodedLimits, 0x02, 0x03},                // a flag
	{FeatureMultiMemory, wasmbin.EncodedMemories, 2, 1<<32 - 1},             // how many
	{FeatureLegacyExceptions, wasmbin.EncodedInstruction, 0x06, 0x07},       // try, catch
	{FeatureLegacyExceptions, wasmbin.EncodedInstruction, 0x09, 0x09},       // rethrow
	{FeatureLegacyExceptions, wasmbin.EncodedInstruction, 0x18, 0x19},       // delegate, catch_all
	{FeatureExceptions, wasmbin.EncodedSection, 13, 13},                     // tags
	{FeatureExceptions, wasmbin.EncodedImport, 4, 4},                        // a tag
	{FeatureExceptions, wasmbin.EncodedValueType, 0x69, 0x69},               // exnref
	{FeatureExceptions, wasmbin.EncodedValueType, 0x74, 0x74},               // nullexnref
	{FeatureExceptions, wasmbin.EncodedInstruction, 0x08, 0x08},             // throw
	{FeatureExceptions, wasmbin.EncodedInstruction, 0x0a, 0x0a},             // throw_ref
	{FeatureExceptions, wasmbin.EncodedInstruction, 0x1f, 0x1f},             // try_table
	{FeatureTypedReferences, wasmbin.EncodedValueType, 0x63, 0x64},          // (ref null …), (ref …)
	{FeatureTypedReferences, wasmbin.EncodedInstruction, 0x14, 0x15},        // call_ref, return_call_ref
	{FeatureTypedReferences, wasmbin.EncodedInstruction, 0xd4, 0xd6},        // ref.as_non_null, br_on_null, br_on_non_null
	{FeatureRelaxedSIMD, wasmbin.EncodedInstruction, 0xfd0100, 0xfd0113},    // i8x16.relaxed_swizzle and more
	{FeatureHalfPrecision, wasmbin.EncodedInstruction, 0xfc0030, 0xfc0031},  // f32.load_f16, f32.store_f16
	{FeatureHalfPrecision, wasmbin.EncodedInstruction, 0xfd0120, 0xfd015f},  // f16x8.splat and more
	{FeatureWideArithmetic, wasmbin.EncodedInstruction, 0xfc0013, 0xfc0016}, // i64.add128 to i64.mul_wide_u
	{FeatureSharedEverything, wasmbin.EncodedInstruction, 0xfe004f, 0xfeffff},
	{FeatureAtomics, wasmbin.EncodedInstruction, 0xfe0000, 0xfe004e},
}

// missing returns an error for a feature that a binary uses and the engine does
// not have, or nil. It reads the whole binary, so it is for one that was refused.
func (r *Runtime) missing(binary []byte) error {
	found, unknown := wasmbin.Encodings(binary)
	// Damaged code has instructions of all kinds, and bytes that are no
	// instruction.
	damaged := slices.ContainsFunc(unknown, func(e wasmbin.Encoding) bool {
		return !slices.ContainsFunc(featureEncodings, func(f featureEncoding) bool { return f.matches(e) })
	})
	for _, f := range featureEncodings {
		switch {
		case damaged && f.kind == wasmbin.EncodedInstruction:
		case f.feature == FeatureAtomics && r.features.IsEnabled(experimental.CoreFeaturesThreads):
		case slices.ContainsFunc(found, f.matches):
			return unsupported(f.feature)
		}
	}
	return nil
}
