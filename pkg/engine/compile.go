package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Compile validates a module and compiles it on all processors, or loads its
// code from the cache. The caller closes the module. The error is an
// *ImportError for an import that the host does not have, a *MemoryLimitError, a
// *TableLimitError, a *CompileError, or ErrClosed. Compile is safe for concurrent
// use.
//
// When ctx is done, Compile returns a *CompileError that wraps the context's error,
// within a quarter of a second. The compiler finishes the function in progress, which
// may be large; Runtime.Close waits for it.
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
	heap, err := r.config.Heap.watch(parsed)
	if err != nil {
		return nil, &CompileError{b.Path, err}
	}
	source, err := r.prepare(heap.watched(parsed), true)
	if err != nil {
		return nil, refusal(b, err)
	}
	c, compileErr := r.compile(ctx, source)
	if compileErr != nil {
		_ = source.initial.image.Close() // a memfd of our own: nothing is lost
		return nil, &CompileError{b.Path, r.compileReason(ctx, b.Bytes, compileErr)}
	}
	m := r.newModule(source, c.linker, c.compiled)
	m.binary, m.heap = parsed, heap
	m.functionNames = namesOf(parsed, m.names)
	if heap.rewriting() != nil {
		m.functionNames = heap.names
	}
	if r.config.CPUProfile {
		m.profile = newCPUProfile(m)
	}
	m.unknown = functions.answer(m.compiled, r.config.UnknownImports)
	if err = r.remember(m); err == nil {
		err = functions.check(m.compiled)
	}
	if err == nil {
		err = m.linker.define(m.profile.listening(ctx), functions)
	}
	if err == nil && source.plan.Mode() != instrument.None {
		err = m.linker.defineTick(m.profile.listening(ctx), m.profile.tick())
	}
	if err == nil && heap.rewriting() != nil {
		m.helper = c.helper
		err = m.linker.defineHeap(ctx)
	}
	if err != nil {
		_ = m.Close(ctx)
		return nil, err
	}
	m.info.Path, m.info.FromComponent = b.Path, b.FromComponent
	m.info.WasmBytes, m.info.Functions, m.info.DataBytes = uint64(len(parsed.Binary)), uint64(parsed.Functions), parsed.DataBytes
	if r.config.Inspect {
		m.info.SHA256 = sumOf(parsed, source)
	}
	m.info.NativeBytes, m.info.Cached = c.nativeBytes, c.cached
	if _, watched := source.plan.Lowest(); watched || r.config.Inspect {
		m.layout = layoutOf(parsed)
	}
	return m, nil
}

// sumOf returns the SHA-256 of a module as it was given, in hexadecimal. That of the
// source may be of code that was rewritten.
func sumOf(given *wasmbin.Module, s *source) string {
	sum := s.sum
	if s.original != given {
		sum = sha256.Sum256(given.Binary)
	}
	return hex.EncodeToString(sum[:])
}

// prepare decides which edits of a module wazero compiles, and lays its initial memory out, which the caller
// closes. alone means that no other module imports from it. The error is a *MemoryLimitError, a *TableLimitError or
// one of package wasmbin.
func (r *Runtime) prepare(parsed *wasmbin.Module, alone bool) (*source, error) {
	if err := r.checkMemories(parsed.Memories); err != nil {
		return nil, err
	}
	tables, err := r.planTables(parsed)
	if err != nil {
		return nil, err
	}
	s := &source{original: parsed, tables: tables, alone: alone}
	if r.cache != nil || r.config.Inspect {
		s.sum = sha256.Sum256(parsed.Binary)
	}
	s.module = parsed
	s.initial = r.initialMemory(s.module)
	r.edit(s)
	return s, nil
}

// stage sets the module that is compiled: the original with edits. Further edits use
// offsets in the staged module.
func (s *source) stage(edits ...wasmbin.Edit) (err error) {
	if s.module = s.original; len(edits) > 0 {
		s.module, err = wasmbin.Parse(wasmbin.Apply(s.original.Binary, edits...))
	}
	return err
}

// edit plans the edits of the staged module.
func (r *Runtime) edit(s *source) {
	hidden, names := r.hide(s.module)
	s.edits, s.names = hidden, names
	if strip, _, ok := s.module.StripData(); ok {
		s.edits = append(s.edits, strip)
	}
	s.memoryLimit = r.memoryLimit()
	if s.alone { // importers compare the maximum
		s.takeMemoryLimit()
	}
	s.plan, s.refused = instrument.NewPlan(s.module, r.mode())
}

// newModule makes a module of wazero's compiled module. It joins the linker, and takes
// over the source's initial memory.
func (r *Runtime) newModule(s *source, l *linker, compiled wazero.CompiledModule) *Module {
	l.join()
	s.tables.growable = s.tables.growable && s.grows
	exports := exportsOf(compiled)
	return &Module{
		runtime: r, linker: l, compiled: compiled, binary: s.original, names: s.names, staged: s.module, sharesReferences: s.sharesReferences, plan: s.plan, tables: s.tables,
		initial: s.initial, slots: r.newPool(s.initial, s.memoryLimit),
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

// refusal returns the error for a module that is not compiled.
func refusal(b *Binary, err error) error {
	var memory *MemoryLimitError
	var tables *TableLimitError
	if errors.As(err, &memory) || errors.As(err, &tables) {
		return err
	}
	return &CompileError{b.Path, binaryError(b.Bytes, err)}
}

// compileReason returns the reason why a compilation failed: the context is done, the
// code could not be rewritten, or the module uses an unsupported feature, exceeds a
// limit or is invalid.
func (r *Runtime) compileReason(ctx context.Context, binary []byte, err error) error {
	var exceeded *wasmbin.LimitError
	var content *wasmbin.ContentError
	switch {
	case ctx.Err() != nil || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrNotRewritten):
		return err
	case errors.As(err, &exceeded):
		return (*LimitError)(exceeded)
	}
	if missing := r.missing(binary); missing != nil {
		return missing
	}
	if errors.As(err, &content) {
		return because(fmt.Sprintf("%v: %v", ErrInvalid, err), ErrInvalid, err)
	}
	return because(memstat.Clip(err.Error()), ErrInvalid, err) // it may have names
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
