package engine_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	hello := guest(t, "c/hello").Bytes
	for _, tc := range []struct {
		name, content, problem, hint string
	}{
		{"empty.wasm", "", "is empty", ""},
		{"a.wat", "(module)", "WebAssembly text", "wat2wasm "},
		{"commented.wat", "\ufeff;; a comment\n(; another\n one ;) (\n  module $m)", "WebAssembly text", "wat2wasm "},
		{"parens.txt", "(not a module)", "is a text file", ""},
		{"unended.txt", "(; no end", "is a text file", ""},
		{"script.sh", "#!/bin/sh\nexit 0\n", "is a text file", ""},
		{"umlaut.txt", strings.Repeat("a", 511) + "ü and on", "is a text file", ""},
		{"binary.dat", "\x01\x02\x03", "is not a WebAssembly module", ""},
		{"aot", "\x00aot\x05\x00\x00\x00", "wamrc", ".wasm"},
		{"gzip", "\x1f\x8b\x08\x00", "gzip", "decompress"},
		{"elf", "\x7fELF\x02", "native program", "wasm32-wasip1"},
		{"component.wasm", "\x00asm\x0d\x00\x01\x00", "component", "wasm32-wasip1"},
		{"version.wasm", "\x00asm\x02\x00\x00\x00", "version 0x02000000", "wasm32-wasip1"},
		{"magic.wasm", "\x00as", "truncated", "incomplete"},
		{"header.wasm", "\x00asm\x01\x00", "truncated", "incomplete"},
		{"cut.wasm", string(hello[:len(hello)/2]), "truncated", "incomplete"},
		{"number.wasm", "\x00asm\x01\x00\x00\x00\x01\xff\xff\xff\xff\x7f", "not a valid WebAssembly module", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(dir, tc.name)
			if err := os.WriteFile(path, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			checkLoadError(t, path, nil, tc.problem, tc.hint)
			checkLoadError(t, "-", strings.NewReader(tc.content), tc.problem, tc.hint)
		})
	}
	t.Run("missing", func(t *testing.T) {
		err := checkLoadError(t, filepath.Join(dir, "missing.wasm"), nil, "no such file", "")
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v is not ErrNotExist", err)
		}
	})
	t.Run("directory", func(t *testing.T) { checkLoadError(t, dir, nil, "is a directory", "name a .wasm file") })
	t.Run("no standard input", func(t *testing.T) { checkLoadError(t, "-", nil, "is empty", "") })
}

func checkLoadError(t *testing.T, path string, stdin *strings.Reader, problem, hint string) error {
	t.Helper()
	var err error
	if stdin == nil {
		_, err = engine.Load(path, nil)
	} else {
		_, err = engine.Load(path, stdin)
	}
	var e *engine.LoadError
	if !errors.As(err, &e) {
		t.Fatalf("error %v", err)
	}
	if e.Path != path || !strings.Contains(e.Problem, problem) {
		t.Errorf("%q: %q, want %q", e.Path, e.Problem, problem)
	}
	if !strings.Contains(e.Hint, hint) || hint == "" && e.Hint != "" {
		t.Errorf("hint %q, want %q", e.Hint, hint)
	}
	return err
}

func TestLoad(t *testing.T) {
	fromFile := guest(t, "c/hello")
	fromStdin, err := engine.Load("-", bytes.NewReader(fromFile.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(fromStdin.Bytes, fromFile.Bytes) || len(fromFile.Bytes) == 0 {
		t.Error("other bytes")
	}
	if fromStdin.Path != "-" {
		t.Errorf("path %q", fromStdin.Path)
	}
}
