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
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// source is a module before it is compiled.
type source struct {
	module    *wasmbin.Module
	edits     []wasmbin.Edit // made before the module is compiled
	code      []wasmbin.Edit // likewise, of the code section
	variant   []byte         // names the edits that code asked for: see checkCode
	tableRoom uint64         // number of elements by which tables may grow, together
	grows     bool           // the code has a table.grow
	sum       [sha256.Size]byte
}

func (s *source) edited() []byte {
	return wasmbin.Apply(s.module.Binary, slices.Concat(s.edits, s.code)...)
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
	cached := r.cache != nil && s.module.Functions > 0 // wazero keeps no code of a module without functions
	if cached {
		if c := r.fromCache(ctx, s); c != nil {
			return c, nil
		}
	}
	edited, err := r.checkCode(s) // that of the cache was checked when it was made
	if err != nil {
		return nil, err
	}
	if cached && edited {
		if c := r.fromCache(ctx, s); c != nil {
			return c, nil
		}
	}
	defer relaxCollector(compileGCPercent)()
	if !cached {
		c, _, err := r.compileWith(ctx, nil, s.edited())
		return c, err
	}
	key := r.key(s)
	c, unkept, err := codecache.Put(ctx, r.cache, key, codecache.Stub(s.module, key, s.edits...), s.edited(), r.compileWith)
	if unkept != nil && err == nil {
		r.cacheWarning(unkept)
	}
	return c, err
}

// fromCache loads a module's code from the cache; nil means that it has none.
func (r *Runtime) fromCache(ctx context.Context, s *source) *compilation {
	key := r.key(s)
	c, found, err := codecache.Get(ctx, r.cache, key, codecache.Stub(s.module, key, s.edits...), r.compileWith)
	if err != nil {
		r.cacheWarning(err)
	}
	if !found {
		return nil
	}
	c.cached = true
	return c
}

// checkCode compares the module with the limits, and adds the edits that its
// code asks for. Nearly all modules need none, and their code in the cache serves
// every limit.
func (r *Runtime) checkCode(s *source) (edited bool, err error) {
	code, err := s.module.CheckLimits(r.compiles)
	if err != nil {
		return false, err
	}
	if s.grows = code.GrowsTables; s.grows {
		s.edits = slices.Concat(s.edits, s.module.CapTables(s.tableRoom))
		s.variant = binary.LittleEndian.AppendUint64([]byte("tables"), s.tableRoom)
	}
	// Compiled code of wazero v1.12.0 makes a new reference in each ref.func, and
	// frees it with the instance. Remove when wazero makes a reference once.
	if r.compiles {
		outside, inside, err := s.module.ShareReferences(code)
		if err != nil {
			return false, err
		}
		if inside != nil {
			s.edits, s.code = slices.Concat(s.edits, outside), inside
			s.variant = append(s.variant, "references"...)
		}
	}
	return s.variant != nil, nil
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
	// rules changes with what code in the cache was checked for and edited.
	const rules = 1
	return codecache.NewKey(s.sum, append([]byte{flags, rules}, s.variant...)...)
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
