package engine

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// TestFetchCompilesNothing looks for code that the cache does not have: it must
// neither be made nor kept, since it would be the hollow's.
func TestFetchCompilesNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	r, err := NewRuntime(ctx, Config{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close(ctx)
	binary, err := os.ReadFile("../../testdata/c/hello.wasm")
	if err != nil {
		t.Fatal(err)
	}
	hollow := wasmbin.Apply(binary, wasmbin.Hollow(binary, "test", nil)...)
	for range 2 {
		if m, err := r.fetch(ctx, hollow); !errors.Is(err, context.Canceled) {
			t.Fatalf("fetched %v, %v", m, err)
		}
		if found := r.host.cache.entries(); len(found) > 0 {
			t.Fatalf("kept %q", found)
		}
	}
	if m, err := r.compileIn(ctx, r.host, hollow); err != nil || len(r.host.cache.entries()) != 1 {
		t.Errorf("compiled: %v, %v: the test would not notice", m, err)
	}
}
