package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"unicode/utf8"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// Binary is a WebAssembly module before it is compiled. [Load] makes one, or any
// program that has the bytes. It must not be changed; then it is safe for
// concurrent use.
type Binary struct {
	Path  string // names the module in errors and reports; "-" is standard input
	Bytes []byte

	module *wasmbin.Module // of Load; nil where Compile must parse Bytes
}

// parse returns what Load read, or parses the bytes.
func (b *Binary) parse() (*wasmbin.Module, error) {
	if b.module != nil && len(b.Bytes) == len(b.module.Binary) && &b.Bytes[0] == &b.module.Binary[0] {
		return b.module, nil
	}
	return wasmbin.Parse(b.Bytes)
}

// LoadError says that a file cannot be read, or is not a WebAssembly module.
type LoadError struct {
	Path    string
	Problem string // completes the sentence that Path begins: "is a directory"
	Hint    string // advice for the user, or ""
	Err     error  // the cause, or nil
}

// Error implements error.
func (e *LoadError) Error() string { return fmt.Sprintf("%s: %s", e.Path, e.Problem) }

// Unwrap returns the cause.
func (e *LoadError) Unwrap() error { return e.Err }

// Load reads a module from a file, or from stdin if path is "-". It checks the
// header and the sections' sizes; [Runtime.Compile] validates the rest. The error
// is a *LoadError.
func Load(path string, stdin io.Reader) (*Binary, error) {
	data, err := read(path, stdin)
	if err != nil {
		return nil, systemError(path, err)
	}
	module, err := wasmbin.Parse(data)
	var content *wasmbin.ContentError // Compile reports it
	if err != nil && !errors.As(err, &content) {
		return nil, formatError(path, data, err)
	}
	return &Binary{Path: path, Bytes: data, module: module}, nil
}

// read returns a file's bytes. A nil stdin is empty.
func read(path string, stdin io.Reader) ([]byte, error) {
	if path != "-" {
		return os.ReadFile(path)
	}
	if stdin == nil {
		return nil, nil
	}
	return io.ReadAll(stdin)
}

// systemError turns an error of the operating system into a LoadError.
func systemError(path string, err error) error {
	e := &LoadError{Path: path, Err: err}
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Problem = "no such file"
	case errors.Is(err, syscall.EISDIR):
		e.Problem, e.Hint = "is a directory", "name a .wasm file"
	case errors.Is(err, fs.ErrPermission):
		e.Problem = "permission denied"
	case errors.As(err, &pathError):
		e.Problem = pathError.Err.Error()
	default:
		e.Problem = err.Error()
	}
	if e.Hint == "" {
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
			e.Problem, e.Hint = "is a directory", "name a .wasm file"
		}
	}
	return e
}

const (
	hintCore = "wamr-go runs core modules with WASI preview1; build for wasm32-wasip1"
	hintCut  = "the file is incomplete; copy or download it again"
)

// formatError turns an error of wasmbin.Parse into a LoadError.
func formatError(path string, data []byte, err error) error {
	e := &LoadError{Path: path}
	switch {
	case len(data) == 0:
		e.Problem = "is empty"
	case errors.Is(err, wasmbin.ErrNotWasm):
		e.Problem, e.Hint = recognize(path, data)
	case errors.Is(err, wasmbin.ErrComponent):
		e.Problem, e.Hint = "is a WebAssembly component, not a core module", hintCore
	case errors.Is(err, wasmbin.ErrVersion):
		e.Problem = fmt.Sprintf("has WebAssembly version %#x, and only 1 is known", data[4:wasmbin.HeaderSize])
		e.Hint = hintCore
	case errors.Is(err, wasmbin.ErrTruncated):
		e.Problem, e.Hint, e.Err = "is truncated: "+err.Error(), hintCut, err
	default:
		e.Problem, e.Err = "is not a valid WebAssembly module: "+err.Error(), err
	}
	return e
}

// recognize tells the user which other format the bytes have.
func recognize(path string, data []byte) (problem, hint string) {
	switch {
	case bytes.HasPrefix(data, []byte("\x00aot")):
		return "is compiled by wamrc for WAMR, not WebAssembly", "name the .wasm file that it was made from"
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		return "is compressed by gzip, not a WebAssembly module", "decompress it first"
	case bytes.HasPrefix(data, []byte("\x7fELF")):
		return "is a native program (ELF), not a WebAssembly module", "build for wasm32-wasip1"
	case isWAT(data):
		return "is WebAssembly text (WAT), not a binary module", "wat2wasm " + path
	case isText(data):
		return "is a text file, not a WebAssembly module", ""
	default:
		return "is not a WebAssembly module", ""
	}
}

// isWAT looks for "(module" or "(component" after white space and comments.
func isWAT(data []byte) bool {
	for {
		data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
		var found bool
		switch {
		case bytes.HasPrefix(data, []byte(";;")):
			_, data, found = bytes.Cut(data, []byte("\n"))
		case bytes.HasPrefix(data, []byte("(;")):
			_, data, found = bytes.Cut(data, []byte(";)"))
		}
		if !found {
			break
		}
	}
	inner, ok := bytes.CutPrefix(data, []byte("("))
	inner = bytes.TrimLeft(inner, " \t\r\n")
	return ok && (bytes.HasPrefix(inner, []byte("module")) || bytes.HasPrefix(inner, []byte("component")))
}

// isText says whether the beginning of the data is printable UTF-8.
func isText(data []byte) bool {
	const enough = 512
	head := data[:min(len(data), enough)]
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 {
			return len(data) > enough && len(head) < utf8.UTFMax // cut within a rune
		}
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' && r != '\f' && r != '\x1b' {
			return false
		}
		head = head[size:]
	}
	return true
}
