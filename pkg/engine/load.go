package engine

import (
	"bytes"
	"context"
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
// program that has the bytes. It must not be changed while a Module of it is
// open; then it is safe for concurrent use.
type Binary struct {
	Path  string // names the module in errors and reports; "-" is standard input
	Bytes []byte
	// FromComponent says that the file is a component, and Bytes the core module
	// of WASI preview1 in it.
	FromComponent bool

	module *wasmbin.Module // of Load; nil where Compile must parse Bytes
}

// parse returns the module that Load parsed, or parses the bytes.
func (b *Binary) parse() (*wasmbin.Module, error) {
	if b.module != nil && len(b.Bytes) == len(b.module.Binary) && &b.Bytes[0] == &b.module.Binary[0] {
		return b.module, nil
	}
	return wasmbin.Parse(b.Bytes)
}

// Load reads a module from a file, or from stdin if path is "-"; a nil stdin is
// empty. It checks the header and the sections' sizes; [Runtime.Compile]
// validates the rest. Of a component that was made from a command of WASI
// preview1, as by "wasm-tools component new --adapt", it returns that command.
// The error is a *LoadError, which wraps the context's error if ctx is done
// before all was read. A Read of stdin, or of a pipe that path names, then goes
// on in a goroutine of its own until there is something to read.
func Load(ctx context.Context, path string, stdin io.Reader) (*Binary, error) {
	data, err := readUntil(ctx, path, stdin)
	if err != nil {
		return nil, systemError(path, err)
	}
	module, err := parse(data)
	if errors.Is(err, ErrComponent) {
		if command, ok := commandIn(data); ok {
			return &Binary{Path: path, Bytes: command.Binary, FromComponent: true, module: command}, nil
		}
	}
	if err != nil {
		return nil, &LoadError{path, err}
	}
	return &Binary{Path: path, Bytes: data, module: module}, nil
}

// maxBinary bounds the size of a module, in bytes. It is the limit of web
// browsers: WebAssembly JavaScript Interface, "Implementation-defined Limits".
const maxBinary = 1 << 30

var errTooLarge = errors.New("is larger than 1 GiB")

// readUntil is read until the context is done. A regular file does not let it
// wait.
func readUntil(ctx context.Context, path string, stdin io.Reader) ([]byte, error) {
	if info, err := os.Stat(path); path != "-" && err == nil && info.Mode().IsRegular() {
		return read(path, stdin)
	}
	return endWith(ctx, func() ([]byte, error) { return read(path, stdin) },
		func([]byte, error) {}, func(<-chan struct{}) {})
}

// read returns the whole module, or only the beginning of a file that is not
// WebAssembly: a device or a disk image may have no end.
func read(path string, stdin io.Reader) ([]byte, error) {
	if path == "-" {
		if stdin == nil {
			return nil, nil
		}
		return readModule(stdin, 0)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	size := int64(0)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return readModule(f, size)
}

// readModule reads a module of the given size, which is 0 where it is unknown.
func readModule(r io.Reader, size int64) ([]byte, error) {
	head := make([]byte, 4<<10)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return head, nil
	case err != nil:
		return nil, err
	case !bytes.HasPrefix(head, []byte("\x00asm")):
		return head, nil
	case size > maxBinary:
		return nil, errTooLarge
	}
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	b.Write(head)
	if _, err := b.ReadFrom(io.LimitReader(r, maxBinary+1-int64(n))); err != nil {
		return nil, err
	}
	if b.Len() > maxBinary {
		return nil, errTooLarge
	}
	return b.Bytes(), nil
}

// systemError words an error of the system as a reason to refuse the file.
func systemError(path string, err error) error {
	var pathError *fs.PathError
	reason := err
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = because("no such file", err)
	case errors.Is(err, syscall.EISDIR) || isDirectory(path):
		reason = because(ErrIsDirectory.Error(), ErrIsDirectory, err)
	case errors.Is(err, fs.ErrPermission):
		reason = because("permission denied", err)
	case errors.As(err, &pathError):
		reason = because(pathError.Err.Error(), err)
	}
	return &LoadError{path, reason}
}

// isDirectory asks the system, for those whose read of a directory fails with
// an error of its own.
func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// parse parses a binary. The error is nil for a core module whose sections are whole,
// and otherwise the reason to refuse it. For damage within a section, the module is nil
// and Compile reports the error.
func parse(data []byte) (*wasmbin.Module, error) {
	if len(data) == 0 {
		return nil, ErrEmpty
	}
	module, err := wasmbin.Parse(data)
	var content *wasmbin.ContentError
	switch {
	case errors.As(err, &content):
		return nil, nil // Compile reports it
	case errors.Is(err, wasmbin.ErrNotWasm):
		return nil, recognize(data)
	default:
		return module, binaryError(data, err)
	}
}

// binaryError words an error of package wasmbin as a reason to refuse a binary.
func binaryError(data []byte, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, wasmbin.ErrNotWasm):
		return because(ErrNotWasm.Error(), ErrNotWasm, err)
	case errors.Is(err, wasmbin.ErrComponent):
		return because(ErrComponent.Error(), ErrComponent, err)
	case errors.Is(err, wasmbin.ErrVersion):
		return because(fmt.Sprintf("has WebAssembly version %#x, and only 1 is known", data[4:wasmbin.HeaderSize]), ErrVersion, err)
	case errors.Is(err, wasmbin.ErrTruncated):
		return because(fmt.Sprintf("%v: %v", ErrTruncated, err), ErrTruncated, err)
	default:
		return because(fmt.Sprintf("%v: %v", ErrInvalid, err), ErrInvalid, err)
	}
}

// signatures are the first bytes of files that are mistaken for modules.
var signatures = [...]struct {
	begin string
	err   error
}{
	{"\x00aot", ErrAOT},
	{"\x1f\x8b", ErrGzip},
	{"\x7fELF", ErrELF},
}

// recognize returns the most precise reason why bytes are not WebAssembly.
func recognize(data []byte) error {
	for _, s := range signatures {
		if bytes.HasPrefix(data, []byte(s.begin)) {
			return s.err
		}
	}
	switch {
	case isWAT(data):
		return ErrWAT
	case isText(data):
		return ErrText
	default:
		return ErrNotWasm
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

// isText reports whether the beginning of the data is printable UTF-8.
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
