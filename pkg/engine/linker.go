package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// linker owns a wazero runtime, its code cache, and the host modules in it: the
// common resources of a set of modules that import from each other. wazero
// resolves imports within one runtime only.
//
// [Runtime.Compile] makes sets of one module. So an entry of the cache belongs to
// one module, damage to it is known to be that module's, closing a module never
// touches another one, and the races of wazero v1.12.0 between compilations of
// the same module cannot occur. The specification's tests make sets of several,
// see spec_set_test.go, without a cache: its folder is wazero's, one for each
// runtime.
//
// To link several modules in the product, these decisions move from the module
// to the set:
//
//   - The cache's entry is keyed by the keys of all members in order. A damaged
//     entry costs the set.
//   - define takes the union of the members' imports less those that a member
//     exports, and members are instantiated under their names, importers last.
//   - Importers compare a memory's maximum, so that it stays in the binary:
//     prepare is not told that a member is alone.
//   - A memory that is imported belongs to the instance that defines it. The
//     engine already ignores wazero's Free, which comes too early there; the
//     set's instances close together, guests first and then memories.
type linker struct {
	wazero.Runtime
	cache   wazero.CompilationCache // nil for none
	members atomic.Int32            // open modules; the last one to close closes the linker
}

// newLinker returns a linker without modules, which takes over the cache. Its
// maker closes it, unless a module joins.
func (r *Runtime) newLinker(ctx context.Context, cache wazero.CompilationCache) *linker {
	c := wazero.NewRuntimeConfigInterpreter()
	if r.compiles {
		c = wazero.NewRuntimeConfigCompiler()
	}
	c = c.WithCoreFeatures(r.features).
		WithMemoryLimitPages(maxMemory / pageSize). // package linmem enforces the limits, and counts the denied growth
		WithDebugInfoEnabled(true)                  // that of offsetDWARF: the guest's is removed
	if cache != nil {
		c = c.WithCompilationCache(cache)
	}
	return &linker{Runtime: wazero.NewRuntimeWithConfig(ctx, c), cache: cache}
}

// join adds a module to the set.
func (l *linker) join() { l.members.Add(1) }

// leave removes a module from the set, and closes the linker if it was the last
// one.
func (l *linker) leave(ctx context.Context) error {
	if l.members.Add(-1) > 0 {
		return nil
	}
	return l.close(ctx)
}

// close closes the modules, and then the cache.
func (l *linker) close(ctx context.Context) error {
	err := l.Close(ctx)
	if l.cache != nil {
		err = errors.Join(err, l.cache.Close(ctx))
	}
	return err
}

// define makes the host modules that are imported, with only the functions that
// are imported: each takes some 20 µs, and a program uses ten of the 46.
func (l *linker) define(ctx context.Context, imports hostFunctions) error {
	for name, functions := range imports {
		if err := l.defineModule(ctx, name, functions); err != nil {
			return fmt.Errorf("host module %s: %w", name, err)
		}
	}
	return nil
}

func (l *linker) defineModule(ctx context.Context, name string, functions map[string]wasi.Function) error {
	b := l.NewHostModuleBuilder(name)
	for _, f := range functions {
		inStacks := f.Name
		if _, unknown := f.Call.(*unknownFunction); unknown {
			inStacks = "unknown" // the guest chose the name
		}
		b.NewFunctionBuilder().
			WithGoModuleFunction(f.Call, f.Params, f.Results).
			WithName(inStacks).
			WithParameterNames(f.ParamNames...).
			Export(f.Name)
	}
	compiled, err := b.Compile(ctx)
	if err != nil {
		return err
	}
	_, err = l.InstantiateModule(ctx, compiled, named(name))
	return err
}

// named returns the configuration of a module. Any number of modules may have
// the name "". The random source is for wazero's own WASI, which would otherwise
// seed one for each instance, in 5 µs.
func named(name string) wazero.ModuleConfig {
	return wazero.NewModuleConfig().WithName(name).WithRandSource(rand.Reader)
}

// compileModule has wazero compile a binary. wazero v1.12.0 panics on some
// invalid ones, such as a type index out of range in the function section: that
// is an error here. Remove when wazero validates them.
func (l *linker) compileModule(ctx context.Context, binary []byte) (compiled wazero.CompiledModule, err error) {
	defer func() {
		if r := recover(); r != nil {
			compiled, err = nil, fmt.Errorf("invalid module: its validation failed: %v", r)
		}
	}()
	return l.CompileModule(ctx, binary)
}
