package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// TestFetchCompilesNothing looks for code that the cache does not have: it must
// neither be made nor kept, since it would be the hollow's.
func TestFetchCompilesNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	r := NewRuntime(Config{CacheDir: dir})
	defer r.Close(ctx)
	binary, err := os.ReadFile("../../testdata/c/hello.wasm")
	if err != nil {
		t.Fatal(err)
	}
	hollow := wasmbin.Apply(binary, wasmbin.Hollow(binary, "test", nil)...)
	folder := filepath.Join(dir, "folder")
	look := func(want int) {
		t.Helper()
		if m := r.fetch(ctx, folder, hollow); m != nil {
			t.Fatal("fetched what was never compiled")
		}
		if found := entries(folder); len(found) != want {
			t.Fatalf("entries %q, want %d", found, want)
		}
	}
	look(0)
	// With some other entry, wazero is asked.
	cache, err := wazero.NewCompilationCacheWithDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(subfolders(folder, func(string) bool { return true })[0], strings.Repeat("0", hashName))
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	look(1)
	look(1)
	if m, _, err := r.compileIn(ctx, r.newLinker(ctx, cache), hollow); err != nil || len(entries(folder)) != 2 {
		t.Errorf("compiled: %v, %v: the test would not notice", m, err)
	} else if err := m.linker.close(ctx); err != nil {
		t.Error(err)
	}
}
