package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// CompileError says that a module is not valid or cannot be compiled.
type CompileError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *CompileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap returns the cause.
func (e *CompileError) Unwrap() error { return e.Err }

// MemoryLimitError says that a module's initial memory is larger than
// [Config].MaxMemory. Sizes are in bytes.
type MemoryLimitError struct{ Need, Limit uint64 }

// Error implements error.
func (e *MemoryLimitError) Error() string {
	return fmt.Sprintf("the module's memory begins with %d bytes, and the limit is %d", e.Need, e.Limit)
}

// Compile validates a module and compiles it on all cores, or loads its code
// from the cache. The caller closes the module. The error is an *ImportError for
// an import that the host does not have, a *MemoryLimitError, or a
// *CompileError. Compile is safe for concurrent use.
func (r *Runtime) Compile(ctx context.Context, b *Binary) (*Module, error) {
	if r.over() {
		return nil, errRuntimeClosed
	}
	parsed, err := b.parse()
	if err != nil {
		return nil, &CompileError{b.Path, err}
	}
	functions, err := resolve(parsed.Imports)
	if err != nil {
		return nil, err
	}
	if err := r.checkMemories(parsed.Memories); err != nil {
		return nil, err
	}
	edits, initial := r.strip(parsed)
	source := source{module: parsed, edits: edits}
	if r.cache != nil || r.config.Inspect {
		source.sum = sha256.Sum256(b.Bytes)
	}
	c, compileErr := r.compile(ctx, &source)
	if compileErr != nil {
		_ = initial.image.close() // a memfd of our own: nothing is lost
		return nil, &CompileError{b.Path, compileErr}
	}
	m := &Module{runtime: r, host: c.host, compiled: c.compiled}
	m.initial, m.slots = initial, newSlotPool(r.scope, initial.image, r.pages, r.config.keep())
	if err = r.remember(m); err == nil {
		err = functions.check(m.compiled)
	}
	if err == nil {
		err = m.host.define(ctx, functions)
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
