package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// source is what a module is made of.
type source struct {
	binary    []byte
	edits     []wasmbin.Edit // to be made before it is compiled
	functions uint32         // that it defines
	sum       [sha256.Size]byte
}

func (s *source) edited() []byte { return wasmbin.Apply(s.binary, s.edits...) }

// hollow is the source's hollow, see wasmbin.Hollow, which has the key.
func (s *source) hollow(key [sha256.Size]byte) []byte {
	return wasmbin.Apply(s.binary, append(wasmbin.Hollow(s.binary, "wamr-go", key[:]), s.edits...)...)
}

// compile finds the code of a module in the cache, or makes it. It does not let
// the cache fail it: a damaged entry is compiled again, and code that can't be
// written to the cache is used all the same. The module has a linker of its own.
//
// wazero keeps code under the hash of the binary that it compiles, and decodes
// and validates a binary before it looks for the code. That takes longer than
// to load the code: so wazero is asked for the code of the module's hollow,
// where compileAndKeep has put that of the module.
func (r *Runtime) compile(ctx context.Context, s *source) (*Module, error) {
	if r.config.Inspect {
		inspecting.Lock()
		defer inspecting.Unlock()
	}
	ctx = experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	if r.cache == nil || s.functions == 0 { // which has no code
		defer relaxCollector(compileGCPercent)()
		m, _, err := r.compileIn(ctx, r.newLinker(ctx, nil), s.edited())
		return m, err
	}
	key := r.key(s)
	folder, hollow := r.cache.folder(key), s.hollow(key)
	if m := r.fetch(ctx, folder, hollow); m != nil {
		return m, nil
	}
	return r.compileAndKeep(ctx, folder, hollow, s.edited())
}

// key is a hash of all that makes a difference to a module's code but wazero's
// version and the processor, which wazero knows itself.
func (r *Runtime) key(s *source) [sha256.Size]byte {
	var flags byte
	if r.config.DebugInfo {
		flags |= 1
	}
	if r.config.Interruptible {
		flags |= 2
	}
	return sha256.Sum256(append(s.sum[:], flags))
}

func (r *Runtime) cacheWarning(err error) {
	r.warn(fmt.Sprintf("the code cache %s failed: %v", r.cache.dir, err))
}

// fetch returns the module for which a hollow stands, or nil where the folder
// does not have its code. wazero looks for the code of what it is to compile,
// and compiles nothing where the context is over: but only with several
// goroutines, as one alone would not look at the context.
func (r *Runtime) fetch(ctx context.Context, folder string, hollow []byte) *Module {
	if len(entries(folder)) == 0 {
		return nil // where wazero finds nothing it loses a page of executable memory
	}
	cache, err := wazero.NewCompilationCacheWithDir(folder)
	if err == nil {
		over, cancel := context.WithCancel(experimental.WithCompilationWorkers(ctx, 2))
		cancel()
		var m *Module
		if m, _, err = r.compileIn(over, r.newLinker(ctx, cache), hollow); err == nil {
			m.info.Cached = true
			return m
		}
	}
	if cacheFailed(err) {
		r.cacheWarning(err)
		if damaged(err) {
			for _, path := range entries(folder) {
				_ = os.Remove(path) // what stays is met again, and warned of
			}
		}
	}
	return nil
}

// compileAndKeep compiles a binary, and keeps the code under the name that
// fetch looks for. Only wazero knows that name, and gives it to no other code
// than the hollow's: both are compiled into a stage, and then the binary's code
// takes the hollow's name.
func (r *Runtime) compileAndKeep(ctx context.Context, folder string, hollow, binary []byte) (m *Module, err error) {
	defer relaxCollector(compileGCPercent)()
	stage, failed := r.cache.stage()
	defer func() {
		if stage != "" {
			failed = errors.Join(failed, os.RemoveAll(stage))
		}
		if failed != nil && err == nil {
			r.cacheWarning(failed)
		}
	}()
	var cache wazero.CompilationCache
	var name string
	if failed == nil {
		name, failed = r.nameOf(ctx, stage, hollow)
	}
	if failed == nil {
		cache, failed = wazero.NewCompilationCacheWithDir(stage)
	}
	m, unkept, err := r.compileIn(ctx, r.newLinker(ctx, cache), binary)
	if failed = errors.Join(failed, unkept); err == nil && failed == nil {
		failed = moveEntry(stage, folder, name)
	}
	return m, err
}

// nameOf finds the name that wazero gives to a hollow's entry, by compiling it.
// It leaves the stage empty.
func (r *Runtime) nameOf(ctx context.Context, stage string, hollow []byte) (name string, err error) {
	cache, err := wazero.NewCompilationCacheWithDir(stage)
	if err != nil {
		return "", err
	}
	l := r.newLinker(ctx, cache)
	defer func() { err = errors.Join(err, l.close(ctx)) }()
	if _, err = l.compileModule(ctx, hollow); err != nil {
		return "", err
	}
	if name, err = onlyEntry(stage); err != nil {
		return "", err
	}
	return name, os.Remove(filepath.Join(stage, name))
}

// compileIn has wazero compile in a linker, which the module owns from then on.
// Where the code could not be kept, but used, unkept says why.
func (r *Runtime) compileIn(ctx context.Context, l *linker, binary []byte) (m *Module, unkept, err error) {
	defer func() {
		if m == nil { // wazero may also panic, where it gets no memory
			_ = l.close(ctx)
		}
	}()
	var before codeRanges
	if r.config.Inspect && r.compiles {
		before = executable()
	}
	compiled, err := l.compileModule(ctx, binary)
	if err != nil && cacheFailed(err) {
		unkept = err
		compiled, err = l.compileModule(ctx, binary) // it has the code in memory, if it was to write it
	}
	if err != nil {
		return nil, unkept, err
	}
	m = &Module{runtime: r, linker: l, compiled: compiled}
	if before != nil {
		n := executable().beyond(before)
		m.info.NativeBytes = &n
	}
	return m, unkept, nil
}

// inspecting is held while code is compiled and the process's code is measured
// before and after, so that one compilation is not taken for another's.
var inspecting sync.Mutex
