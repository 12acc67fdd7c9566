package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// compile finds the code of an edited binary in the cache, or makes it. It does
// not let the cache fail it: a damaged entry is compiled again, and code that
// can't be written to the cache is used all the same. The key tells the binary
// from all others.
func (r *Runtime) compile(ctx context.Context, binary []byte, edits []wasmbin.Edit, key [sha256.Size]byte) (*Module, error) {
	if r.config.Inspect {
		inspecting.Lock()
		defer inspecting.Unlock()
	}
	ctx = experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	if r.host.cache == nil {
		defer relaxCollector(compileGCPercent)()
		return r.compileIn(ctx, r.host, wasmbin.Apply(binary, edits...))
	}
	name := "wamr-go"
	if r.config.DebugInfo {
		name += " debug" // code that knows its source lines is larger
	}
	hollow := wasmbin.Apply(binary, append(wasmbin.Hollow(binary, name, key[:]), edits...)...)
	m, err := r.fetch(ctx, hollow)
	switch {
	case err == nil:
		m.info.Cached = true
		return m, nil
	case cacheFailed(err):
		r.cacheWarning(err)
		if damaged(err) {
			r.host.cache.purge()
		}
	}
	return r.compileAndKeep(ctx, hollow, wasmbin.Apply(binary, edits...))
}

func (r *Runtime) cacheWarning(err error) {
	r.warn(fmt.Sprintf("the code cache %s failed: %v", r.host.cache.dir, err))
}

// fetch returns the module for which a hollow stands, if the cache has its
// code, and else context.Canceled. wazero looks for the code of what it is to
// compile, and compiles nothing where the context is over: but only with several
// goroutines, as one alone would not look at the context.
func (r *Runtime) fetch(ctx context.Context, hollow []byte) (*Module, error) {
	over, cancel := context.WithCancel(ctx)
	cancel()
	return r.compileIn(experimental.WithCompilationWorkers(over, 2), r.host, hollow)
}

// compileAndKeep compiles a binary, and keeps the code under the name that
// fetch looks for. Only wazero knows that name, and gives it to no other code
// than the hollow's: both are compiled into a stage, and then the binary's code
// takes the hollow's name. The module lives in a host of its own.
func (r *Runtime) compileAndKeep(ctx context.Context, hollow, binary []byte) (m *Module, err error) {
	defer relaxCollector(compileGCPercent)()
	stage, failed := r.host.cache.stage()
	h := r.newHost(ctx, stage)
	defer func() {
		if err != nil {
			_ = h.close(ctx) // of nothing but what is in memory
		}
		if failed = errors.Join(failed, stage.remove()); failed != nil && err == nil {
			r.cacheWarning(failed)
		}
	}()
	var name string
	if failed == nil {
		var c wazero.CompiledModule
		if c, failed = h.CompileModule(ctx, hollow); failed == nil {
			defer func() { _ = c.Close(ctx) }() // after the other's code has been measured
			name, failed = stage.drop()
		}
	}
	m, err = r.compileIn(ctx, h, binary)
	if err != nil && cacheFailed(err) {
		failed = err
		m, err = r.compileIn(ctx, h, binary) // wazero has the code, and does not write it again
	}
	if err == nil && failed == nil {
		failed = stage.move(r.host.cache, name)
	}
	return m, err
}

// compileIn has wazero compile, or look for the code of what it has compiled.
func (r *Runtime) compileIn(ctx context.Context, h *host, binary []byte) (*Module, error) {
	m := &Module{runtime: r, host: h}
	var before codeRanges
	if r.config.Inspect && !r.config.Interpreter {
		before = executable()
	}
	var err error
	if m.compiled, err = h.CompileModule(ctx, binary); err != nil {
		return nil, err
	}
	if before != nil {
		// No new code: the host had this module already, and shares it.
		if n := executable().beyond(before); n > 0 {
			m.info.NativeBytes = &n
		}
	}
	return m, nil
}

// inspecting is held while code is compiled and the process's code is measured
// before and after, so that one compilation is not taken for another's.
var inspecting sync.Mutex
