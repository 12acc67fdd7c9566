package engine_test

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// TestExportNames compares the names with those of the compiled module, for all
// guests.
func TestExportNames(t *testing.T) {
	files, err := filepath.Glob("../../testdata/*/*.wasm")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d guests, %v", len(files), err)
	}
	r := newRuntime(t, engine.Config{Interpreter: true})
	for _, file := range files {
		b, err := engine.Load(t.Context(), file, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := engine.ExportNames(bytes.NewReader(b.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.Compile(t.Context(), b)
		if err != nil {
			continue // unknownimport.wasm
		}
		var want []string
		for _, e := range m.Exports() {
			want = append(want, e.Name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

func TestExportNamesOfOthers(t *testing.T) {
	b := guest(t, "wat/arith").Bytes
	for n := range b { // cut anywhere, there are all names or none
		if names, err := engine.ExportNames(bytes.NewReader(b[:n])); err != nil || len(names) != 0 && len(names) != 15 {
			t.Errorf("of %d bytes: %d names, %v", n, len(names), err)
		}
	}
	endless := io.MultiReader(bytes.NewReader(b[:8]), zeros{})
	if names, err := engine.ExportNames(endless); names != nil || err != nil {
		t.Errorf("of an endless file: %q, %v", names, err)
	}
	broken := errors.New("broken")
	if _, err := engine.ExportNames(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
