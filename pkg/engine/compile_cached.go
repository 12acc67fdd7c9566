package engine

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// source is a module before it is compiled.
type source struct {
	module *wasmbin.Module
	edits  []wasmbin.Edit // made before the module is compiled
	sum    [sha256.Size]byte

	initial initialMemory // that the edits removed
	names   wasmbin.Names // likewise
}

func (s *source) edited() []byte { return wasmbin.Apply(s.module.Binary, s.edits...) }

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
	cached := r.cache != nil && s.module.Functions > 0 // wazero keeps no code of a module without functions
	if cached {
		key = r.key(s)
		stub = codecache.Stub(s.module, key, s.edits...)
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
	if !cached {
		c, _, err := r.compileWith(ctx, nil, s.edited())
		return c, err
	}
	c, unkept, err := codecache.Put(ctx, r.cache, key, stub, s.edited(), r.compileWith)
	if unkept != nil && err == nil {
		r.cacheWarning(unkept)
	}
	return c, err
}

// key returns the module's name in the cache.
func (r *Runtime) key(s *source) codecache.Key {
	var flags byte
	if r.config.Interruptible {
		flags |= 1
	}
	return codecache.NewKey(s.sum, binary.LittleEndian.AppendUint64([]byte{flags}, uint64(r.features))...)
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
