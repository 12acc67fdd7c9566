package engine

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// source is a module before it is compiled.
type source struct {
	original *wasmbin.Module // the guest's module, or the one with its heap watched
	module   *wasmbin.Module // with the edits of limits
	edits    []wasmbin.Edit  // made to module before it is compiled
	variant  []byte          // names the edits that the code asked for: see limit
	sum      [sha256.Size]byte

	tables           tablePlan
	grows            bool // the code has a table.grow
	sharesReferences bool // so that offsets in the code of module are others than in the original

	initial initialMemory // that the edits removed
	names   wasmbin.Names // likewise
	plan    *instrument.Plan
	refused error // the reason why there is no plan

	alone       bool   // no other module imports from it
	memoryLimit uint64 // up to which the memory grows, in bytes
}

// takeMemoryLimit moves the module's own maximum of its memory from the binary to
// memoryLimit, so that package linmem counts each denied growth.
func (s *source) takeMemoryLimit() {
	if edit, pages, ok := s.module.StripMemoryLimit(); ok {
		s.edits, s.memoryLimit = append(s.edits, edit), min(s.memoryLimit, pages*pageSize)
	}
}

// edited returns the binary to compile. If its code cannot be rewritten, it returns the
// reason and the original binary.
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

// stub returns the binary under which the cache keeps the code. It contains no
// code.
func (s *source) stub(key codecache.Key) []byte {
	return codecache.Stub(s.module, key, s.plan.Functions(), slices.Concat(s.edits, s.plan.Edits())...)
}

// compilation is a module's code with the wazero runtime that owns it.
type compilation struct {
	linker      *linker
	compiled    wazero.CompiledModule
	helper      wazero.CompiledModule // of a watched heap
	nativeBytes *uint64               // as in ModuleInfo
	cached      bool                  // the code came from the cache
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
	free := func() {
		if r.config.Inspect {
			<-inspecting
		}
	}
	if c := r.fromCache(ctx, s); c != nil {
		free()
		return c, nil
	}
	// One large function can take minutes, and wazero looks at the context only
	// between functions.
	return endWith(ctx, func() (*compilation, error) {
		defer free()
		return r.compileAnew(ctx, s)
	}, func(c *compilation, err error) {
		if err == nil {
			_ = c.Close(ctx) // nobody is left to tell
		}
	}, r.leave)
}

// kept reports whether the cache can have the code of a module. wazero keeps no
// code of a module without functions.
func (r *Runtime) kept(s *source) bool {
	return r.cache != nil && s.module.Functions > 0 && s.refused == nil
}

// compileAnew compiles a module, or loads the code that its limits ask for, and
// keeps the code.
func (r *Runtime) compileAnew(ctx context.Context, s *source) (*compilation, error) {
	edited, err := r.limit(s) // code from the cache was checked when it was made
	if err != nil {
		return nil, err
	}
	if edited {
		if c := r.fromCache(ctx, s); c != nil {
			return c, nil
		}
	}
	defer relaxCollector(compileGCPercent())()
	binary, refused := s.edited()
	if !r.kept(s) || refused != nil {
		c, _, err := r.compileWith(ctx, nil, binary)
		return c.unless(ctx, refused, err)
	}
	key := r.key(s)
	c, unkept, err := codecache.Put(ctx, r.cache, key, s.stub(key), binary, r.compileWith)
	if unkept != nil && err == nil {
		r.cacheWarning(unkept)
	}
	return c, err
}

// fromCache loads a module's code from the cache; nil means that it has none.
func (r *Runtime) fromCache(ctx context.Context, s *source) *compilation {
	if !r.kept(s) {
		return nil
	}
	key := r.key(s)
	c, found, err := codecache.Get(ctx, r.cache, key, s.stub(key), r.compileWith)
	if err != nil {
		r.cacheWarning(err)
	}
	if !found {
		return nil
	}
	c.cached = true
	return c
}

// limit refuses code that wazero compiles wrongly or that exceeds a limit, and stages
// the module again with the edits that its code requires. Nearly all modules need none,
// and their code in the cache serves every limit.
func (r *Runtime) limit(s *source) (edited bool, err error) {
	if err := r.checkCode(s.module); err != nil {
		return false, err
	}
	code, err := s.original.CheckLimits(r.compiles)
	if err != nil {
		return false, err
	}
	var edits []wasmbin.Edit
	if s.grows = code.GrowsTables; s.grows {
		edits = s.original.CapTables(s.tables.room)
		s.variant = binary.LittleEndian.AppendUint64([]byte("tables"), s.tables.room)
	}
	// Compiled code of wazero v1.12.0 makes a new reference in each ref.func, and
	// frees it with the instance. Remove when wazero makes a reference once. With
	// typed references it has a type of its own, which a global would lose.
	if r.compiles && !r.features.IsEnabled(experimental.CoreFeaturesTypedFunctionReferences) {
		outside, inside, err := s.original.ShareReferences(code)
		if err != nil {
			return false, err
		}
		if inside != nil {
			edits, s.sharesReferences = slices.Concat(edits, outside, inside), true
			s.variant = append(s.variant, "references"...)
		}
	}
	if s.variant == nil {
		return false, nil
	}
	if err := s.stage(edits...); err != nil {
		return false, err
	}
	r.edit(s)
	return true, nil
}

// unless returns the compilation, or the reason why its code was not rewritten.
// wazero's own error comes first, because it is about the guest.
func (c *compilation) unless(ctx context.Context, refused, err error) (*compilation, error) {
	if err != nil || refused == nil {
		return c, err
	}
	_ = c.Close(ctx) // it has run nothing
	return nil, because(ErrNotRewritten.Error()+": "+refused.Error(), ErrNotRewritten, refused)
}

// mode returns the mode of the rewriting.
func (r *Runtime) mode() instrument.Mode {
	switch {
	case r.config.Fuel > 0 || r.config.CountInstructions:
		return instrument.Fuel
	case r.config.CPUProfile:
		return instrument.Profile
	case r.config.Interruptible:
		return instrument.Yield
	default:
		return instrument.None
	}
}

// key returns the module's name in the cache.
func (r *Runtime) key(s *source) codecache.Key {
	const rules = 1   // changes with the checks that code in the cache has passed
	places := byte(0) // whether the code says where its calls are
	if r.tellsPlaces() {
		places = 1
	}
	how := binary.LittleEndian.AppendUint64([]byte{rules, byte(s.plan.Mode()), instrument.Version, places}, uint64(r.features))
	if _, watched := s.plan.Lowest(); watched {
		how = append(how, "stack"...)
	}
	return codecache.NewKey(s.sum, append(how, s.variant...)...)
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
	compiled, unkept, err := l.compileKept(ctx, binary)
	if err != nil {
		return nil, unkept, err
	}
	made := &compilation{linker: l, compiled: compiled}
	if before != nil {
		n := executable().beyond(before)
		made.nativeBytes = &n
	}
	if r.config.Heap.Check {
		var unwritten error
		if made.helper, unwritten, err = l.compileHelper(ctx); err != nil {
			return nil, unkept, err
		}
		unkept = errors.Join(unkept, unwritten)
	}
	return made, unkept, nil
}

// compileKept is compileModule of a linker that may have a cache. unkept is the
// reason why the code could not be written to it.
func (l *linker) compileKept(ctx context.Context, binary []byte) (compiled wazero.CompiledModule, unkept, err error) {
	compiled, err = l.compileModule(ctx, binary)
	if err != nil && codecache.IsCacheError(err) {
		unkept = err
		compiled, err = l.compileModule(ctx, binary) // if the code could not be written, wazero has it in memory
	}
	return compiled, unkept, err
}

// inspecting is held while code is compiled and the process's executable memory
// is measured before and after, so that each compilation counts only its own
// memory.
var inspecting = make(chan struct{}, 1)
