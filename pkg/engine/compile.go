package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Compile validates a module and compiles it on all processors, or loads its
// code from the cache. The caller closes the module. The error is an
// *ImportError for an import that the host does not have, a *MemoryLimitError, a
// *TableLimitError, a *CompileError, or ErrClosed. Do not rely on ctx to cancel a compilation that
// has begun. Compile is safe for concurrent use.
func (r *Runtime) Compile(ctx context.Context, b *Binary) (*Module, error) {
	if r.isClosed() {
		return nil, errRuntimeClosed
	}
	parsed, err := b.parse()
	if err != nil {
		return nil, refusal(b, err)
	}
	functions, err := resolve(parsed.Imports)
	if err != nil {
		return nil, err
	}
	if err := r.checkMemories(parsed.Memories); err != nil {
		return nil, err
	}
	tables, err := r.planTables(parsed)
	if err != nil {
		return nil, refusal(b, err)
	}
	edits, initial := r.strip(parsed)
	hidden, names := hideNames(parsed, r.config.DebugInfo)
	source := source{module: parsed, edits: append(edits, hidden...), tableRoom: tables.room}
	if r.cache != nil || r.config.Inspect {
		source.sum = sha256.Sum256(b.Bytes)
	}
	c, compileErr := r.compile(ctx, &source)
	if compileErr != nil {
		_ = initial.image.Close() // a memfd of our own: nothing is lost
		return nil, &CompileError{b.Path, compileReason(ctx, compileErr)}
	}
	tables.growable = tables.growable && source.grows
	m := &Module{runtime: r, linker: c.linker, compiled: c.compiled, names: names, tables: tables}
	m.initial, m.slots = initial, r.newPool(initial)
	if err = r.remember(m); err == nil {
		err = functions.check(m.compiled)
	}
	if err == nil {
		err = m.linker.define(ctx, functions)
	}
	if err != nil {
		_ = m.Close(ctx)
		return nil, err
	}
	m.info.Path = b.Path
	if r.config.Inspect {
		m.info.SHA256 = hex.EncodeToString(source.sum[:])
	}
	m.info.WasmBytes, m.info.NativeBytes, m.info.Cached = uint64(len(b.Bytes)), c.nativeBytes, c.cached
	m.info.Functions, m.info.DataBytes = uint64(parsed.Functions), parsed.DataBytes
	m.exports = exportsOf(m.compiled)
	m.kind = kindOf(m.exports)
	m.instance = named("").WithStartFunctions() // none: Instance.Start calls the start function
	return m, nil
}

// refusal returns the error for a module that is not compiled.
func refusal(b *Binary, err error) error {
	var tables *TableLimitError
	if errors.As(err, &tables) {
		return tables
	}
	return &CompileError{b.Path, binaryError(b.Bytes, err)}
}

// compileReason says that the module is invalid, unless it exceeds a limit or
// the context is done.
func compileReason(ctx context.Context, err error) error {
	var exceeded *wasmbin.LimitError
	var content *wasmbin.ContentError
	switch {
	case ctx.Err() != nil:
		return err
	case errors.As(err, &exceeded):
		return (*LimitError)(exceeded)
	case errors.As(err, &content):
		return because(fmt.Sprintf("%v: %v", ErrInvalid, err), ErrInvalid, err)
	default:
		return because(memstat.Clip(err.Error()), ErrInvalid, err) // it may have names
	}
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
