package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"

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
	// With one goroutine, wazero would not look at the context.
	ctx = experimental.WithCompilationWorkers(ctx, max(2, runtime.GOMAXPROCS(0)))
	if r.config.Inspect {
		select {
		case inspecting <- struct{}{}:
		case <-ctx.Done():
			return nil, contextError(ctx)
		}
	}
	stop := func() {
		if r.config.Inspect {
			<-inspecting
		}
	}
	stub, c := r.compileCached(ctx, s)
	if c != nil {
		stop()
		return c, nil
	}
	// One large function can take minutes, and wazero looks at the context only
	// between functions.
	return endWith(ctx, func() (*compilation, error) {
		defer stop()
		defer relaxCollector(compileGCPercent)()
		return r.compileAnew(ctx, s, stub)
	}, func(c *compilation, err error) {
		if err == nil {
			_ = c.Close(ctx) // nobody is left to tell
		}
	}, r.leave)
}

// compileCached returns the code that the cache has of a module, or else the
// stub under which it can be kept; neither if the cache cannot have it.
func (r *Runtime) compileCached(ctx context.Context, s *source) (stub []byte, _ *compilation) {
	if r.cache == nil || s.module.Functions == 0 { // wazero keeps no code of a module without functions
		return nil, nil
	}
	stub = codecache.Stub(s.module, r.key(s), s.edits...)
	c, found, err := codecache.Get(ctx, r.cache, r.key(s), stub, r.compileWith)
	if err != nil {
		r.cacheWarning(err)
	}
	if found {
		c.cached = true
		return nil, c
	}
	return stub, nil
}

// compileAnew compiles a module, and keeps the code under the stub unless that
// is nil.
func (r *Runtime) compileAnew(ctx context.Context, s *source, stub []byte) (*compilation, error) {
	if stub == nil {
		c, _, err := r.compileWith(ctx, nil, s.edited())
		return c, err
	}
	c, unkept, err := codecache.Put(ctx, r.cache, r.key(s), stub, s.edited(), r.compileWith)
	if unkept != nil && err == nil {
		r.cacheWarning(unkept)
	}
	return c, err
}

// key returns the module's name in the cache.
func (r *Runtime) key(s *source) codecache.Key {
	var flags byte
	if r.config.DebugInfo {
		flags |= 1
	}
	if r.config.Interruptible {
		flags |= 2
	}
	return codecache.NewKey(s.sum, flags)
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
var inspecting = make(chan struct{}, 1)
