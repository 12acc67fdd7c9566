package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// CompileError says why a module is not valid, or cannot be compiled.
type CompileError struct {
	Path string
	Err  error
}

func (e *CompileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

func (e *CompileError) Unwrap() error { return e.Err }

// MemoryLimitError says that a module's memory begins larger than the
// runtime's Config.MaxMemory allows. Sizes are in bytes.
type MemoryLimitError struct{ Need, Limit uint64 }

func (e *MemoryLimitError) Error() string {
	return fmt.Sprintf("the module's memory begins with %d bytes, and the limit is %d", e.Need, e.Limit)
}

// Compile validates a module and compiles it, with all cores. The caller closes
// the module. The error is an *ImportError for an import that the host does
// not have, a *MemoryLimitError, or a *CompileError.
func (r *Runtime) Compile(ctx context.Context, b *Binary) (*Module, error) {
	if r.over() {
		return nil, errRuntimeClosed
	}
	outline, err := wasmbin.Read(b.Bytes)
	if err != nil {
		return nil, &CompileError{b.Path, err}
	}
	functions, err := resolve(outline.Imports)
	if err != nil {
		return nil, err
	}
	if err := r.checkMemories(outline.Memories); err != nil {
		return nil, err
	}
	edits, initial := r.strip(b.Bytes)
	source := source{binary: b.Bytes, edits: edits, functions: outline.Functions}
	if r.cache != nil || r.config.Inspect {
		source.sum = sha256.Sum256(b.Bytes)
	}
	m, compileErr := r.compile(ctx, &source)
	if compileErr != nil {
		_ = initial.image.Close() // a memfd of our own: nothing is lost
		return nil, &CompileError{b.Path, compileErr}
	}
	m.initial, m.slots = initial, r.newPool(initial)
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
	m.info.WasmBytes = uint64(len(b.Bytes))
	m.info.Functions, m.info.DataBytes = uint64(outline.Functions), outline.DataBytes
	m.exports = exportsOf(m.compiled)
	m.kind = kindOf(m.exports)
	m.instance = named("").WithStartFunctions() // none: Start calls them
	return m, nil
}

func (r *Runtime) checkMemories(memories []wasmbin.Limits) error {
	limit := r.memoryLimit()
	for _, m := range memories {
		if m.Min <= maxMemory/pageSize && m.Min*pageSize > limit {
			return &MemoryLimitError{m.Min * pageSize, limit}
		}
	}
	return nil
}
