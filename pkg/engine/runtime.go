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

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/linmem"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Config configures the compilation and the execution of modules. The zero
// Config is usable.
type Config struct {
	// Interpreter runs modules without compiling them to native code.
	Interpreter bool
	// MaxMemory bounds the linear memory of an instance, in bytes, rounded down
	// to whole pages of 64 KiB. 0 means WebAssembly's own limit, 4 GiB. Native
	// code has one page less: see [MemoryStat].
	MaxMemory uint64
	// MaxTableElements bounds the elements of all tables of an instance together, with
	// those of the module's element segments; 0 means DefaultTableElements. An element
	// takes 8 bytes, which MaxMemory bounds as well: if it is set, an instance has at
	// most MaxMemory / 8 elements.
	MaxTableElements uint64
	// CacheDir is the directory that keeps compiled code between runs; "" means
	// none. A directory that cannot be used, or that others can write to, is a
	// warning, see [Runtime.Warnings].
	CacheDir string
	// CacheMaxBytes bounds the code that CacheDir keeps, in bytes; 0 means
	// DefaultCacheBytes. The least recently used code is removed first.
	CacheMaxBytes uint64
	// CacheMaxAge bounds the time for which CacheDir keeps unused code; 0 means
	// DefaultCacheAge.
	CacheMaxAge time.Duration
	// Interruptible adds checks to the guest's code, so that a context ends it at any
	// place, and the Go runtime never waits for it. Without it a context ends a guest
	// only at its next call of WASI. Until then a compiled guest keeps its processor,
	// and a garbage collection, and with it all goroutines, waits for the guest. The
	// checks make a guest up to a fifth slower.
	Interruptible bool
	// UnknownImports decides about a module that imports functions which the
	// host does not have: it is refused, unless this is set.
	UnknownImports UnknownImports
	// Fuel bounds the instructions that an instance may execute, over all calls;
	// 0 means no bound. The guest ends with OutcomeFuel at the first function
	// entry or loop header after that many, at the latest when it returns. It
	// includes Interruptible, at a higher cost.
	Fuel uint64
	// CountInstructions counts instructions without a bound, see
	// [Instance.Instructions]. The peak of the stack in linear memory is measured,
	// too, see [MemoryStat]; and so it is with Fuel.
	CountInstructions bool
	// CPUProfile samples the stacks of all guests while they compute, see
	// [Module.WriteCPUProfile]. It includes Interruptible, and costs a few percent
	// more. Code in the cache is kept apart from that without it.
	CPUProfile bool
	// Heap watches the guest's own allocator, see [Instance.GuestHeap]. Code in the
	// cache is kept apart from that without it.
	Heap HeapConfig
	// KeepResident bounds the memory, in bytes, that the mapping of a closed
	// instance keeps for the next one; 0 means 16 MiB. A module keeps at most
	// two such mappings for each processor, until it is closed or was not
	// instantiated for ten seconds.
	KeepResident uint64
	// NoImage copies the data segments into each memory instead of using copy-on-write
	// images. That is cheaper if a single instance of the module is made, and costs
	// more from the second instance on.
	NoImage bool
	// Inspect measures the figures that only a report shows: SHA256 and NativeBytes of
	// ModuleInfo, the stacks at which leaked objects were acquired (in the first
	// instance, and in all after a leak), and the process before and after
	// [Module.Cycle]. Compile then reads the whole binary once more, and Cycle takes up
	// to a quarter of a second longer.
	Inspect bool
	// Ledger accounts for the resources of instances. Nil means a ledger of the
	// runtime's own, see [Runtime.Ledger]; a given ledger decides itself
	// whether to record stacks, whatever Inspect says.
	Ledger *memstat.Ledger
}

// DefaultTableElements is the default of Config.MaxTableElements. Web browsers
// have the same limit for one table: WebAssembly JavaScript Interface,
// "Implementation-defined Limits".
const DefaultTableElements = 10_000_000

// Runtime compiles modules, and owns the resources that their instances share:
// memory images, and mappings for reuse. It is safe for concurrent use. The
// caller of NewRuntime closes it, after everything that was made from it.
type Runtime struct {
	config    Config
	cache     *codecache.Cache // nil for none
	compiles  bool             // to native code
	engine    string           // whether it compiles, and the reason if it does not
	features  api.CoreFeatures // that modules may use
	scope     *memstat.Scope
	pages     *linmem.PageMap
	instances atomic.Uint64 // opened so far
	open      atomic.Int64  // open now

	mu       sync.Mutex
	modules  map[*Module]struct{} // compiled and not closed
	warnings []string
	left     []<-chan struct{} // compilations that Compile left; closed when they have ended
	closed   bool
}

// NewRuntime returns a runtime. It cannot fail: if this system or this user cannot have
// a part of the configuration, such as the cache, that is a warning, see
// [Runtime.Warnings].
func NewRuntime(cfg Config) *Runtime {
	if cfg.Ledger == nil {
		sites := memstat.SitesNever
		if cfg.Inspect {
			sites = memstat.SitesAuto
		}
		cfg.Ledger = memstat.NewLedger(sites)
	}
	r := &Runtime{config: cfg, scope: cfg.Ledger.Open(0), pages: linmem.OpenPageMap()}
	if cfg.Interpreter {
		r.engine = "asked for"
	} else if r.engine = whyInterpreted(); r.engine != "" {
		r.warn("modules are interpreted: " + r.engine)
	} else {
		r.compiles, r.engine = true, "the default on this platform"
	}
	r.features = coreFeatures(r.compiles)
	if cfg.CacheDir != "" && r.compiles {
		var err error
		if r.cache, err = codecache.Open(cfg.CacheDir, cfg.cacheLimits()); err != nil {
			r.warn(fmt.Sprintf("the code cache %s cannot be used: %v", cfg.CacheDir, err))
		}
	}
	return r
}

// Ledger returns the account of the runtime's instances: the ledger in Config,
// or the runtime's own. It stays usable after Close.
func (r *Runtime) Ledger() *memstat.Ledger { return r.config.Ledger }

// memoryLimit returns MaxMemory in whole pages, or its default, in bytes.
// Compiled code of wazero v1.12.0 keeps the size of a memory in 32 bits: in a
// memory of all 65536 pages every access traps, so the last page is withheld.
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

func (r *Runtime) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// remember adds a module to those that Close closes. It fails once the runtime
// is closed.
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

// leave adds a compilation to those for which Close waits.
func (r *Runtime) leave(ended <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = append(r.left, ended)
}

// Warnings returns the failures that the runtime worked around, such as a code
// cache that it cannot use, in order of appearance.
func (r *Runtime) Warnings() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.warnings)
}

// Close closes the modules that are still open and releases the resources of the
// runtime. Its error joins all failures: a *memstat.LeakError for everything that it
// could not release, and an error if instances were still open. Those cannot be called
// any more, and their memory stays until each is closed. Until ctx is done, Close waits
// for compilations that outlived their Compile; if one goes on, Close returns an error
// that wraps the context's. A second Close does nothing and returns nil.
func (r *Runtime) Close(ctx context.Context) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	modules := slices.Collect(maps.Keys(r.modules))
	left := r.left
	r.mu.Unlock()
	var errs []error
	for _, m := range modules {
		errs = append(errs, m.Close(ctx))
	}
	for _, ended := range left {
		select {
		case <-ended:
		case <-ctx.Done():
			errs = append(errs, because("a compilation goes on", contextError(ctx)))
		}
	}
	errs = append(errs, r.pages.Close())
	if n := r.open.Load(); n > 0 {
		errs = append(errs, fmt.Errorf("%d instances were still open", n))
	}
	return errors.Join(append(errs, r.scope.Close())...)
}
