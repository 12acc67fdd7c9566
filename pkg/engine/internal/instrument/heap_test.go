package instrument

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// Every guest with an allocator stays valid, also after a second pass.
func TestWatchedGuestsAreValid(t *testing.T) {
	files, err := filepath.Glob("../../../../testdata/*/*.wasm")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(allFeatures))
	defer func() { _ = r.Close(ctx) }()
	watched := 0
	for _, file := range files {
		binary, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := wasmbin.Parse(binary)
		if err != nil || m.Functions == 0 {
			continue
		}
		_, names := m.DropNames()
		found, err := allocator.Find(m, names, nil)
		if err != nil || len(found.Functions) == 0 {
			continue
		}
		watched++
		h, err := NewHeap(m, found.Functions)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		rewritten, err := h.Rewrite()
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if _, err := r.CompileModule(ctx, rewritten); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		again, err := wasmbin.Parse(rewritten)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlan(again, Yield)
		if err != nil {
			t.Fatal(err)
		}
		edit, err := p.Code()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.CompileModule(ctx, wasmbin.Apply(rewritten, append(p.Edits(), edit)...)); err != nil {
			t.Errorf("%s, after the second pass: %v", file, err)
		}
		if _, err := h.Statics(); err != nil {
			t.Error(err)
		}
		t.Logf("%s: %d functions", filepath.Base(file), len(found.Functions))
	}
	if watched < 3 {
		t.Errorf("%d guests were watched", watched)
	}
}
