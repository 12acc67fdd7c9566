package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Config says how modules are compiled and run. The zero Config is usable.
type Config struct {
	// Interpreter runs modules without compiling them to native code.
	Interpreter bool
	// MaxMemory bounds the linear memory of an instance, in bytes; it is rounded
	// down to whole pages of 64 KiB. 0 means WebAssembly's own limit, 4 GiB; but
	// compiled code has one page less, see memoryLimit.
	MaxMemory uint64
	// CacheDir is where compiled code is kept between runs; "" means nowhere.
	// A directory that can't be used, or that others can write to, is a warning,
	// see [Runtime.Warnings].
	CacheDir string
	// CacheMaxBytes bounds the code that CacheDir keeps, in bytes; 0 means
	// DefaultCacheBytes. The least recently used code is removed first.
	CacheMaxBytes uint64
	// CacheMaxAge bounds how long CacheDir keeps code that is not used; 0 means
	// DefaultCacheAge.
	CacheMaxAge time.Duration
	// Interruptible compiles checks into loops, so that a context ends a guest
	// which makes no calls. Without it a context ends a guest at its next call
	// of WASI. The checks cost speed, and each call of the guest a goroutine.
	Interruptible bool
	// DebugInfo reads DWARF, so that traps name source lines. It is off, as
	// wazero looks the lines up for proc_exit too.
	DebugInfo bool
	// KeepResident bounds what the mapping that a closed instance leaves for the
	// next one keeps in memory, in bytes; 0 means 16 MiB. A module keeps at most
	// two such mappings for each processor, until it is closed or was not
	// instantiated for ten seconds.
	KeepResident uint64
	// NoImage copies the data segments into each memory, as if the system had no
	// copy-on-write images. That is cheaper for a module of which one instance is
	// made, and dearer from the second on.
	NoImage bool
	// Inspect has Compile find SHA256 and NativeBytes of ModuleInfo: it may read
	// the whole binary once more, and looks through the process's mappings before
	// and after.
	Inspect bool
	// Ledger accounts for what instances acquire; nil for no account.
	Ledger *memstat.Ledger
}

var errRuntimeClosed = errors.New("the runtime is closed")

// Runtime compiles modules, and accounts for what their instances share: memory
// images, and mappings to use again. It is safe for concurrent use. Whoever
// makes it closes it, after all that was made from it.
type Runtime struct {
	config    Config
	cache     *codecache.Cache // nil for none
	compiles  bool             // to native code
	scope     *memstat.Scope
	pages     *pagemap
	instances atomic.Uint64 // opened so far
	open      atomic.Int64  // open now

	mu       sync.Mutex
	modules  map[*Module]struct{} // compiled and not closed
	warnings []string
	closed   bool
}

// host is a wazero runtime of a module's, with its cache.
type host struct {
	wazero.Runtime
	cache wazero.CompilationCache // nil for none
}

// NewRuntime returns a runtime. The context is for values only, of which there
// are none yet. What can't be used, such as the cache, is no error: see
// [Runtime.Warnings].
func NewRuntime(_ context.Context, cfg Config) (*Runtime, error) {
	r := &Runtime{
		config: cfg, compiles: !cfg.Interpreter && canCompile(),
		scope: cfg.Ledger.Open(0), pages: openPagemap(),
	}
	if !r.compiles && !cfg.Interpreter {
		r.warn("this system allows no code to be made: modules are interpreted")
	}
	if cfg.CacheDir != "" && r.compiles {
		var err error
		if r.cache, err = codecache.Open(cfg.CacheDir, cfg.cacheLimits()); err != nil {
			r.warn(fmt.Sprintf("the code cache %s cannot be used: %v", cfg.CacheDir, err))
		}
	}
	return r, nil
}

func (r *Runtime) newHost(ctx context.Context, cache wazero.CompilationCache) *host {
	c := wazero.NewRuntimeConfigInterpreter()
	if r.compiles {
		c = wazero.NewRuntimeConfigCompiler()
	}
	c = c.WithMemoryLimitPages(uint32(r.memoryLimit() / pageSize)).
		WithCloseOnContextDone(r.config.Interruptible).
		WithDebugInfoEnabled(r.config.DebugInfo)
	if cache != nil {
		c = c.WithCompilationCache(cache)
	}
	return &host{wazero.NewRuntimeWithConfig(ctx, c), cache}
}

// keep is what KeepResident comes to.
func (c *Config) keep() uint64 {
	if c.KeepResident == 0 {
		return defaultKeep
	}
	return c.KeepResident
}

// memoryLimit is what MaxMemory comes to, in bytes. wazero v1.12.0's compiled
// code keeps a memory's size in 32 bits: in one of all 65536 pages every access
// traps, so that the last page cannot be had.
func (r *Runtime) memoryLimit() uint64 {
	limit := uint64(maxMemory)
	if r.compiles {
		limit -= pageSize
	}
	if m := r.config.MaxMemory; m > 0 {
		limit = min(limit, m/pageSize*pageSize)
	}
	return limit
}

func (h *host) close(ctx context.Context) error {
	err := h.Close(ctx)
	if h.cache != nil {
		err = errors.Join(err, h.cache.Close(ctx))
	}
	return err
}

func (r *Runtime) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// remember and forget keep the modules that are open, for Close.
func (r *Runtime) remember(m *Module) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errRuntimeClosed
	}
	if r.modules == nil {
		r.modules = make(map[*Module]struct{})
	}
	r.modules[m] = struct{}{}
	return nil
}

func (r *Runtime) forget(m *Module) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.modules, m)
}

func (r *Runtime) warn(message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.warnings = append(r.warnings, message)
}

// Warnings returns what went wrong and was got over, such as a code cache that
// can't be used, in order of appearance.
func (r *Runtime) Warnings() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.warnings...)
}

// Close gives back what the runtime keeps. Instances that are still open are an
// error: they cannot be called any more, and their memory stays until each is
// closed. A second Close does nothing.
func (r *Runtime) Close(ctx context.Context) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	modules := slices.Collect(maps.Keys(r.modules))
	r.mu.Unlock()
	var err error
	for _, m := range modules {
		err = errors.Join(err, m.Close(ctx))
	}
	err = errors.Join(err, r.pages.close())
	if n := r.open.Load(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d instances were still open", n))
	}
	r.scope.Close()
	return err
}
