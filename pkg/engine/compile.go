package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

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
		return nil, &CompileError{b.Path, binaryError(b.Bytes, err)}
	}
	functions, err := resolve(parsed.Imports)
	if err != nil {
		return nil, err
	}
	if err := r.checkMemories(parsed.Memories); err != nil {
		return nil, err
	}
	edits, initial := r.strip(parsed)
	limit := r.memoryLimit()
	if unlimit, most, ok := parsed.StripMemoryLimit(); ok {
		edits, limit = append(edits, unlimit), min(limit, most*pageSize)
	}
	hidden, names := hideNames(parsed, r.config.DebugInfo)
	source := source{module: parsed, edits: append(edits, hidden...)}
	if r.cache != nil || r.config.Inspect {
		source.sum = sha256.Sum256(b.Bytes)
	}
	c, compileErr := r.compile(ctx, &source)
	if compileErr != nil {
		_ = initial.image.Close() // a memfd of our own: nothing is lost
		return nil, &CompileError{b.Path, compileReason(ctx, compileErr)}
	}
	m := &Module{runtime: r, linker: c.linker, compiled: c.compiled, names: names}
	m.initial, m.slots = initial, r.newPool(initial, limit)
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

// compileReason says that the module is invalid, unless the context is done.
func compileReason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
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
