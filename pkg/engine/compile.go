package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// Compile validates a module and compiles it on all processors, or loads its
// code from the cache. The caller closes the module. The error is an
// *ImportError for an import that the host does not have, a *MemoryLimitError, a
// *CompileError, or ErrClosed. Do not rely on ctx to cancel a compilation that
// has begun. Compile is safe for concurrent use.
func (r *Runtime) Compile(ctx context.Context, b *Binary) (*Module, error) {
	if r.isClosed() {
		return nil, errRuntimeClosed
	}
	parsed, err := b.parse()
	if err != nil {
		return nil, &CompileError{b.Path, cmp.Or(r.missing(b.Bytes), binaryError(b.Bytes, err))}
	}
	functions, err := resolve(parsed.Imports, r.config.UnknownImports)
	if err != nil {
		return nil, r.importReason(b, parsed, err)
	}
	if slices.ContainsFunc(parsed.Memories, func(l wasmbin.Limits) bool { return l.Shared }) {
		return nil, &CompileError{b.Path, unsupported(FeatureSharedMemory)}
	}
	source, err := r.prepare(parsed)
	if err != nil {
		return nil, err
	}
	source.takeMemoryLimit()
	c, compileErr := r.compile(ctx, source)
	if compileErr != nil {
		_ = source.initial.image.Close() // a memfd of our own: nothing is lost
		return nil, &CompileError{b.Path, r.compileReason(ctx, b.Bytes, compileErr)}
	}
	m := r.newModule(source, c.linker, c.compiled)
	m.unknown = functions.answer(m.compiled, r.config.UnknownImports)
	if err = r.remember(m); err == nil {
		err = functions.check(m.compiled)
	}
	if err == nil {
		err = m.linker.define(ctx, functions)
	}
	if err == nil && source.plan.Mode() != instrument.None {
		err = m.linker.defineTick(ctx)
	}
	if err != nil {
		_ = m.Close(ctx)
		return nil, err
	}
	m.info.Path, m.info.FromComponent = b.Path, b.FromComponent
	if r.config.Inspect {
		m.info.SHA256 = hex.EncodeToString(source.sum[:])
	}
	m.info.NativeBytes, m.info.Cached = c.nativeBytes, c.cached
	if r.config.Inspect {
		m.layout = layoutOf(parsed)
	}
	return m, nil
}

// prepare says what wazero is to compile of a module, and lays its initial memory
// out, which the caller closes. The error is a *MemoryLimitError.
func (r *Runtime) prepare(parsed *wasmbin.Module) (*source, error) {
	if err := r.checkMemories(parsed.Memories); err != nil {
		return nil, err
	}
	s := &source{module: parsed, limit: r.memoryLimit()}
	if r.cache != nil || r.config.Inspect {
		s.sum = sha256.Sum256(parsed.Binary)
	}
	s.edits, s.initial = r.strip(parsed)
	hidden, names := r.hide(parsed)
	s.edits, s.names = append(s.edits, hidden...), names
	s.plan, s.refused = instrument.NewPlan(parsed, r.mode())
	return s, nil
}

// newModule makes a module of what wazero compiled. It joins the linker, and
// takes over the source's initial memory.
func (r *Runtime) newModule(s *source, l *linker, compiled wazero.CompiledModule) *Module {
	l.join()
	exports := exportsOf(compiled)
	return &Module{
		runtime: r, linker: l, compiled: compiled, binary: s.module, names: s.names, plan: s.plan,
		initial: s.initial, slots: r.newPool(s.initial, s.limit),
		info: ModuleInfo{
			WasmBytes: uint64(len(s.module.Binary)),
			Functions: uint64(s.module.Functions), DataBytes: s.module.DataBytes,
		},
		exports: exports, kind: kindOf(exports),
		instance: named("").WithStartFunctions(), // none: Instance.Start calls the start function
	}
}

// importReason prefers a feature that a module uses, such as shared memory, to
// the unknown import of a memory, a table or a tag.
func (r *Runtime) importReason(b *Binary, parsed *wasmbin.Module, err error) error {
	if slices.ContainsFunc(parsed.Imports, func(i wasmbin.ImportEntry) bool { return i.Kind != wasmbin.ImportFunction }) {
		if missing := r.missing(b.Bytes); missing != nil {
			return &CompileError{b.Path, missing}
		}
	}
	return err
}

// compileReason says that the module uses an unsupported feature or is invalid,
// unless the context is done, or it is only that its code was not rewritten.
func (r *Runtime) compileReason(ctx context.Context, binary []byte, err error) error {
	if ctx.Err() != nil || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrNotRewritten) {
		return err
	}
	if missing := r.missing(binary); missing != nil {
		return missing
	}
	return because(err.Error(), ErrInvalid, err)
}

// checkMemories compares the initial size of the memories with the limit. wazero
// reports a size beyond 4 GiB.
func (r *Runtime) checkMemories(memories []wasmbin.Limits) error {
	limit := r.memoryLimit()
	for _, m := range memories {
		if m.Min <= maxMemory/pageSize && m.Min*pageSize > limit {
			return &MemoryLimitError{m.Min * pageSize, limit}
		}
	}
	return nil
}
