package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/linmem"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// ModuleInfo describes a compiled module. Sizes are in bytes.
type ModuleInfo struct {
	Path        string
	SHA256      string  // of the binary, in hexadecimal; "" without Config.Inspect
	WasmBytes   uint64  // size of the binary
	NativeBytes *uint64 // executable memory mapped for its code, in whole pages; nil if not measured: see Config.Inspect
	Functions   uint64  // number of functions that the module defines
	DataBytes   uint64  // sum of its data segments
	Cached      bool    // the code came from the cache
	// FromComponent says that the file is a component, and that the module is
	// the core module in it, which the figures describe.
	FromComponent bool
}

// Module is a compiled module. It is safe for concurrent use. The caller of
// Compile closes it, after its instances.
type Module struct {
	runtime       *Runtime
	linker        *linker
	compiled      wazero.CompiledModule
	instance      wazero.ModuleConfig
	info          ModuleInfo
	exports       []Export
	binary        *wasmbin.Module // as it was given
	names         wasmbin.Names
	staged        *wasmbin.Module          // with the edits of limits
	plan          *instrument.Plan         // by which the code of staged was rewritten
	heap          *heapCode                // nil where the heap is not watched
	helper        wazero.CompiledModule    // of a watched heap
	functionNames func() map[uint32]string // of the guest's own functions
	profile       *cpuProfile              // nil without Config.CPUProfile
	// sharesReferences means that offsets in the code of staged differ from those in
	// binary.
	sharesReferences bool
	unknown          []*unknownFunction
	kind             ModuleKind
	tables           tablePlan
	initial          initialMemory
	layout           memoryLayout // with Config.Inspect
	slots            *linmem.Pool
	closed           atomic.Bool

	measureReferences sync.Once
	referenceBytes    int64 // of each instance, once it was measured
}

// Info describes the module. It can be called after Close.
func (m *Module) Info() ModuleInfo { return m.info }

// Exports returns the functions that the module exports, by name.
func (m *Module) Exports() []Export { return slices.Clone(m.exports) }

// Kind returns the way in which the module is run.
func (m *Module) Kind() ModuleKind { return m.kind }

// Close releases the code and the memory kept for instances. Instances that are
// still open cannot be called any more, and their memory stays until each is
// closed. A second Close does nothing and returns nil.
func (m *Module) Close(ctx context.Context) error {
	if m.closed.Swap(true) {
		return nil
	}
	m.runtime.forget(m)
	return errors.Join(m.slots.Close(), m.initial.image.Close(), m.linker.leave(ctx))
}
