package engine

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// source is a module before it is compiled.
type source struct {
	module *wasmbin.Module
	edits  []wasmbin.Edit // made before the module is compiled
	sum    [sha256.Size]byte

	initial initialMemory // that the edits removed
	limit   uint64        // up to which the memory grows, in bytes
	names   wasmbin.Names // likewise
	plan    *instrument.Plan
	refused error // why there is no plan
}

// takeMemoryLimit moves the module's own maximum of its memory from the binary to
// limit, so that package linmem sees each growth that is denied. It is for modules
// that no other imports from, as importers compare the maximum.
func (s *source) takeMemoryLimit() {
	if edit, pages, ok := s.module.StripMemoryLimit(); ok {
		s.edits, s.limit = append(s.edits, edit), min(s.limit, pages*pageSize)
	}
}

// edited returns the binary that is compiled. The error says why its code cannot
// be rewritten, and then the binary is the original.
func (s *source) edited() ([]byte, error) {
	if s.plan.Mode() == instrument.None {
		return wasmbin.Apply(s.module.Binary, s.edits...), s.refused
	}
	code, err := s.plan.Code()
	if err != nil {
		return wasmbin.Apply(s.module.Binary, s.edits...), err
	}
	return wasmbin.Apply(s.module.Binary, slices.Concat(s.edits, s.plan.Edits(), []wasmbin.Edit{code})...), nil
}

// stub returns the binary in whose name the cache keeps the code. It reads no
// code.
func (s *source) stub(key codecache.Key) []byte {
	return codecache.Stub(s.module, key, s.plan.Functions(), slices.Concat(s.edits, s.plan.Edits())...)
}

// compilation is a module's code with the wazero runtime that owns it.
type compilation struct {
	linker      *linker
	compiled    wazero.CompiledModule
	nativeBytes *uint64 // as in ModuleInfo
	cached      bool    // the code came from the cache
}

// Close closes the wazero runtime.
func (c *compilation) Close(ctx context.Context) error { return c.linker.close(ctx) }

// compile loads a module's code from the cache, or compiles it and keeps the
// code. A cache that fails is a warning. The caller closes the compilation.
func (r *Runtime) compile(ctx context.Context, s *source) (*compilation, error) {
	if r.config.Inspect {
		inspecting.Lock()
		defer inspecting.Unlock()
	}
	ctx = experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	var key codecache.Key
	var stub []byte
	cached := r.cache != nil && s.module.Functions > 0 && s.refused == nil // wazero keeps no code of a module without functions
	if cached {
		key = r.key(s)
		stub = s.stub(key)
		c, found, err := codecache.Get(ctx, r.cache, key, stub, r.compileWith)
		if err != nil {
			r.cacheWarning(err)
		}
		if found {
			c.cached = true
			return c, nil
		}
	}
	if err := r.checkCode(s.module); err != nil {
		return nil, err
	}
	defer relaxCollector(compileGCPercent())()
	binary, refused := s.edited()
	if !cached || refused != nil {
		c, _, err := r.compileWith(ctx, nil, binary)
		return c.unless(ctx, refused, err)
	}
	c, unkept, err := codecache.Put(ctx, r.cache, key, stub, binary, r.compileWith)
	if unkept != nil && err == nil {
		r.cacheWarning(unkept)
	}
	return c, err
}

// unless returns the compilation, or why its code was not rewritten. wazero's
// own error comes first, because it is about the guest.
func (c *compilation) unless(ctx context.Context, refused, err error) (*compilation, error) {
	if err != nil || refused == nil {
		return c, err
	}
	_ = c.Close(ctx) // it has run nothing
	return nil, because(ErrNotRewritten.Error()+": "+refused.Error(), ErrNotRewritten, refused)
}

// mode returns how code is rewritten.
func (r *Runtime) mode() instrument.Mode {
	switch {
	case r.config.Fuel > 0 || r.config.CountInstructions:
		return instrument.Fuel
	case r.config.Interruptible:
		return instrument.Yield
	default:
		return instrument.None
	}
}

// key returns the module's name in the cache.
func (r *Runtime) key(s *source) codecache.Key {
	how := []byte{byte(s.plan.Mode()), instrument.Version}
	return codecache.NewKey(s.sum, binary.LittleEndian.AppendUint64(how, uint64(r.features))...)
}

func (r *Runtime) cacheWarning(err error) {
	r.warn(fmt.Sprintf("the code cache %s failed: %v", r.config.CacheDir, err))
}

// compileWith compiles a binary in a new wazero runtime with a compilation
// cache, or nil. It implements codecache.Compiler.
func (r *Runtime) compileWith(ctx context.Context, cache wazero.CompilationCache, binary []byte) (c *compilation, unkept, err error) {
	l := r.newLinker(ctx, cache)
	defer func() {
		if c == nil { // wazero panics, too, if it gets no memory
			_ = l.close(ctx)
		}
	}()
	var before codeRanges
	if r.config.Inspect && r.compiles {
		before = executable()
	}
	compiled, err := l.compileModule(ctx, binary)
	if err != nil && codecache.IsCacheError(err) {
		unkept = err
		compiled, err = l.compileModule(ctx, binary) // if the code could not be written, wazero has it in memory
	}
	if err != nil {
		return nil, unkept, err
	}
	c = &compilation{linker: l, compiled: compiled}
	if before != nil {
		n := executable().beyond(before)
		c.nativeBytes = &n
	}
	return c, unkept, nil
}

// inspecting is held while code is compiled and the process's executable memory
// is measured before and after, so that each compilation counts its own.
var inspecting sync.Mutex
