package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// CompileError says why a module is not valid, or cannot be compiled.
type CompileError struct {
	Path string
	Err  error
}

func (e *CompileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

func (e *CompileError) Unwrap() error { return e.Err }

// MemoryLimitError says that a module's memory begins larger than the
// runtime's Config.MaxMemory allows. Sizes are in bytes.
type MemoryLimitError struct{ Need, Limit uint64 }

func (e *MemoryLimitError) Error() string {
	return fmt.Sprintf("the module's memory begins with %d bytes, and the limit is %d", e.Need, e.Limit)
}

// Compile validates a module and compiles it, with all cores. The caller closes
// the module. The error is an *ImportError for an import that the host does
// not have, a *MemoryLimitError, or a *CompileError.
func (r *Runtime) Compile(ctx context.Context, b *Binary) (*Module, error) {
	outline, err := wasmbin.Read(b.Bytes)
	if err != nil {
		return nil, &CompileError{b.Path, err}
	}
	functions, err := resolve(outline.Imports)
	if err != nil {
		return nil, err
	}
	if err := r.checkMemories(outline.Memories); err != nil {
		return nil, err
	}
	stripped, img := r.strip(b.Bytes)
	m, compileErr := r.compile(ctx, stripped)
	if compileErr != nil {
		_ = img.close() // a memfd of our own: nothing is lost
		return nil, &CompileError{b.Path, compileErr}
	}
	m.image, m.slots = img, newSlotPool(r.scope, img, r.pages, r.config.keep())
	r.remember(m)
	if err = functions.check(m.compiled); err == nil {
		m.linkage, err = m.host.link(ctx, functions)
	}
	if err != nil {
		_ = m.Close(ctx)
		return nil, err
	}
	m.info.Path = b.Path
	if r.config.Inspect {
		m.info.SHA256 = fmt.Sprintf("%x", sha256.Sum256(b.Bytes))
	}
	m.info.WasmBytes = uint64(len(b.Bytes))
	m.info.Functions, m.info.DataBytes = uint64(outline.Functions), outline.DataBytes
	m.exports = exportsOf(m.compiled)
	m.kind = kindOf(m.exports)
	m.instance = anonymous().WithStartFunctions() // none: Start calls them
	return m, nil
}

func (r *Runtime) checkMemories(memories []wasmbin.Limits) error {
	limit := r.memoryLimit()
	for _, m := range memories {
		if m.Min <= maxMemory/pageSize && m.Min*pageSize > limit {
			return &MemoryLimitError{m.Min * pageSize, limit}
		}
	}
	return nil
}

// compile does not let the cache fail it: a damaged entry is compiled again,
// and code that can't be written to the cache is used all the same.
func (r *Runtime) compile(ctx context.Context, binary []byte) (*Module, error) {
	ctx = experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	m, err := r.compileIn(ctx, r.host, binary)
	if err == nil || r.host.cache == nil || !cacheFailed(err) {
		return m, err
	}
	r.warn(fmt.Sprintf("the code cache %s failed: %v", r.host.cache.dir, err))
	if damaged(err) {
		r.host.cache.purge()
	}
	m, err = r.compileIn(ctx, r.host, binary)
	if err == nil || !cacheFailed(err) {
		return m, err
	}
	h, err := r.withoutCache(ctx)
	if err != nil {
		return nil, err
	}
	return r.compileIn(ctx, h, binary)
}

func (r *Runtime) compileIn(ctx context.Context, h *host, binary []byte) (*Module, error) {
	m := &Module{runtime: r, host: h}
	if r.config.Inspect {
		defer inspect(&m.info, h.cache, !r.config.Interpreter)()
	}
	defer relaxCollector(compileGCPercent)()
	var err error
	m.compiled, err = h.CompileModule(ctx, binary)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// inspecting is held while code is compiled and the process's code is measured
// before and after, so that one compilation is not taken for another's.
var inspecting sync.Mutex

// inspect looks at what is there before a compilation. The function that it
// returns does so after it, and fills in what came of it.
func inspect(info *ModuleInfo, cache *codeCache, native bool) (after func()) {
	inspecting.Lock()
	entries := cache.entries()
	var before codeRanges
	if native {
		before = executable()
	}
	return func() {
		defer inspecting.Unlock()
		if before != nil {
			// No new code: the runtime had this module already, and shares it.
			if n := executable().beyond(before); n > 0 {
				info.NativeBytes = &n
			}
		}
		info.Cached = cache.hit(entries)
	}
}

// withoutCache returns the runtime's host for when the cache fails.
func (r *Runtime) withoutCache(ctx context.Context) (*host, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errRuntimeClosed
	}
	if r.uncached == nil {
		r.uncached = r.newHost(ctx, nil)
	}
	return r.uncached, nil
}
