package main

import "github.com/wamr-go/wamr-go/pkg/engine"

// featureHints explain how to build a module without a feature that the engine
// does not have.
var featureHints = [...]struct {
	feature engine.Feature
	hint    string
}{
	{engine.FeatureGC, "Kotlin, Dart, Java and OCaml need it; MoonBit has --target wasm; clang, rustc and Go do without"},
	{engine.FeatureStackSwitching, hintExperimental},
	{engine.FeatureSharedEverything, hintExperimental},
	{engine.FeatureMemory64, "build for wasm32: clang and rustc --target=wasm32-wasip1, emcc -sMEMORY64=0"},
	{engine.FeatureMultiMemory, "wasm-opt --multi-memory-lowering makes one of them"},
	{engine.FeatureCustomPageSizes, "link with wasm-ld --page-size=65536, the default"},
	{engine.FeatureSharedMemory, "a guest has one thread here; build for wasm32-wasip1, without -pthread and --shared-memory"},
	{engine.FeatureLegacyExceptions, hintExceptions},
	{engine.FeatureExceptions, hintExceptions},
	{engine.FeatureTypedReferences, "clang, rustc and Go do without; wasm-opt makes them only with --enable-gc or -all"},
	{engine.FeatureRelaxedSIMD, "build with clang -mno-relaxed-simd, rustc -C target-feature=-relaxed-simd"},
	{engine.FeatureHalfPrecision, "build with clang -mno-fp16"},
	{engine.FeatureWideArithmetic, "build with clang -mno-wide-arithmetic, rustc -C target-feature=-wide-arithmetic"},
	{engine.FeatureAtomics, "this processor has none before ARMv8.1; --interp runs them, clang -mno-atomics leaves them out"},
	{engine.FeatureTailCalls, "--interp runs it; clang -mno-tail-call leaves them out"},
}

const (
	hintExperimental = "only experimental options of a compiler make it; leave them out"
	hintExceptions   = "build without them: clang -fno-exceptions and without -wasm-enable-sjlj, rustc -C panic=abort"
)

// featureHint returns the hint for a feature, or "".
func featureHint(f engine.Feature) string {
	for _, row := range featureHints {
		if row.feature == f {
			return row.hint
		}
	}
	return ""
}
