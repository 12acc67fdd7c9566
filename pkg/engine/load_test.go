package engine_test

import (
	"bytes"
	"context"
	"errors"
	"io"
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
		name, content, problem string
		want                   error
	}{
		{"empty.wasm", "", "is empty", engine.ErrEmpty},
		{"a.wat", "(module)", "WebAssembly text", engine.ErrWAT},
		{"commented.wat", "\ufeff;; a comment\n(; another\n one ;) (\n  module $m)", "WebAssembly text", engine.ErrWAT},
		{"parens.txt", "(not a module)", "is a text file", engine.ErrText},
		{"unended.txt", "(; no end", "is a text file", engine.ErrText},
		{"script.sh", "#!/bin/sh\nexit 0\n", "is a text file", engine.ErrText},
		{"umlaut.txt", strings.Repeat("a", 511) + "ü and on", "is a text file", engine.ErrText},
		{"binary.dat", "\x01\x02\x03", "is not a WebAssembly module", engine.ErrNotWasm},
		{"aot", "\x00aot\x05\x00\x00\x00", "wamrc", engine.ErrAOT},
		{"gzip", "\x1f\x8b\x08\x00", "gzip", engine.ErrGzip},
		{"elf", "\x7fELF\x02", "native program", engine.ErrELF},
		{"component.wasm", "\x00asm\x0d\x00\x01\x00", "component", engine.ErrComponent},
		{"version.wasm", "\x00asm\x02\x00\x00\x00", "version 0x02000000", engine.ErrVersion},
		{"magic.wasm", "\x00as", "truncated", engine.ErrTruncated},
		{"header.wasm", "\x00asm\x01\x00", "truncated", engine.ErrTruncated},
		{"cut.wasm", string(hello[:len(hello)/2]), "truncated", engine.ErrTruncated},
		{"number.wasm", "\x00asm\x01\x00\x00\x00\x01\xff\xff\xff\xff\x7f", "not a valid WebAssembly module", engine.ErrInvalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(dir, tc.name)
			if err := os.WriteFile(path, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			checkLoadError(t, path, nil, tc.problem, tc.want)
			checkLoadError(t, "-", strings.NewReader(tc.content), tc.problem, tc.want)
		})
	}
	t.Run("missing", func(t *testing.T) {
		checkLoadError(t, filepath.Join(dir, "missing.wasm"), nil, "no such file", fs.ErrNotExist)
	})
	t.Run("directory", func(t *testing.T) { checkLoadError(t, dir, nil, "is a directory", engine.ErrIsDirectory) })
	t.Run("no standard input", func(t *testing.T) { checkLoadError(t, "-", nil, "is empty", engine.ErrEmpty) })
	for _, err := range []error{engine.ErrWAT, engine.ErrText, engine.ErrAOT, engine.ErrGzip, engine.ErrELF} {
		if !errors.Is(err, engine.ErrNotWasm) {
			t.Errorf("%v is not ErrNotWasm", err)
		}
	}
}

func checkLoadError(t *testing.T, path string, stdin io.Reader, problem string, want error) {
	t.Helper()
	_, err := engine.Load(context.Background(), path, stdin)
	var e *engine.LoadError
	if !errors.As(err, &e) {
		t.Fatalf("error %v", err)
	}
	if e.Path != path || !strings.Contains(e.Err.Error(), problem) || !errors.Is(err, want) {
		t.Errorf("%v, want %q, which is %v", err, problem, want)
	}
}

func TestLoad(t *testing.T) {
	fromFile := guest(t, "c/hello")
	fromStdin, err := engine.Load(context.Background(), "-", bytes.NewReader(fromFile.Bytes))
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
