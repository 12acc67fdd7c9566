package engine

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/linmem"
)

// ModuleInfo describes a compiled module. Sizes are in bytes.
type ModuleInfo struct {
	Path        string
	SHA256      string // of the binary, in hexadecimal; "" without Config.Inspect
	WasmBytes   uint64
	NativeBytes *uint64 // executable memory that was mapped for its code, in whole pages; nil where not measured: see Config.Inspect
	Functions   uint64  // that the module defines
	DataBytes   uint64  // sum of its data segments
	Cached      bool    // the code came from the cache
}

// Module is a compiled module. It is safe for concurrent use. Whoever compiled
// it closes it, after its instances.
type Module struct {
	runtime  *Runtime
	host     *host
	compiled wazero.CompiledModule
	instance wazero.ModuleConfig
	info     ModuleInfo
	exports  []Export
	kind     ModuleKind
	initial  initialMemory
	slots    *linmem.Pool
	closed   atomic.Bool
}

// Info describes the module.
func (m *Module) Info() ModuleInfo { return m.info }

// Exports lists the functions that the module exports, by name.
func (m *Module) Exports() []Export { return append([]Export(nil), m.exports...) }

// Kind says how the module wants to be run.
func (m *Module) Kind() ModuleKind { return m.kind }

// Close releases the code and the memory kept for instances. A second Close
// does nothing.
func (m *Module) Close(ctx context.Context) error {
	if m.closed.Swap(true) {
		return nil
	}
	m.runtime.forget(m)
	return errors.Join(m.slots.Close(), m.initial.image.Close(), m.host.close(ctx))
}
