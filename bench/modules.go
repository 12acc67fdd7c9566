package main

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
)

// encoded joins parts of a module: bytes, strings and byte slices.
func encoded(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = append(b, byte(p))
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		default:
			panic(p)
		}
	}
	return b
}

// counted puts the number of bytes before the bytes, as LEB128.
func counted(b []byte) []byte {
	return append(binary.AppendUvarint(nil, uint64(len(b))), b...)
}

func section(id int, parts ...any) []byte {
	return encoded(id, counted(encoded(parts...)))
}

// signed is a signed LEB128, the encoding of constants.
func signed(v int64) []byte {
	var b []byte
	for {
		low := byte(v & 0x7f)
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}

const (
	wasmHeader = "\x00asm\x01\x00\x00\x00"

	sectionType     = 1
	sectionImport   = 2
	sectionFunction = 3
	sectionMemory   = 5
	sectionExport   = 7
	sectionCode     = 10
	sectionData     = 11

	i32     = 0x7f
	noBlock = 0x40
)

const (
	imagePages = 256 // 16 MiB
	imageBytes = imagePages << 16
	imageTouch = imageBytes / 2
)

// imageModule is a command with a data segment of 16 MiB in which no page is
// all zeros. It reads and writes one byte in the middle, and traps if the byte
// differs from the segment's.
func imageModule() []byte {
	image := make([]byte, imageBytes)
	source := rand.NewChaCha8([32]byte{})
	_, _ = source.Read(image) // never fails
	at := encoded(0x41, signed(imageTouch))
	const touched = 0x2a
	image[imageTouch] = touched
	body := encoded(0, // no locals
		at, 0x2d, 0, 0, // i32.load8_u
		0x41, touched, 0x47, // i32.ne
		0x04, noBlock, 0x00, 0x0b, // if unreachable end
		at, 0x41, 1, 0x3a, 0, 0, // i32.store8
		0x0b)
	return encoded(wasmHeader,
		section(sectionType, 1, 0x60, 0, 0),
		section(sectionFunction, 1, 0),
		section(sectionMemory, 1, 0, binary.AppendUvarint(nil, imagePages)),
		section(sectionExport, 2, counted([]byte("memory")), 2, 0, counted([]byte("_start")), 0, 0),
		section(sectionCode, 1, counted(body)),
		section(sectionData, 1, 0, 0x41, 0, 0x0b, counted(image)))
}

// goHello builds the Go guest with the usual command of a Go programmer.
func goHello(ctx context.Context, root, tmp string) (string, error) {
	out := filepath.Join(tmp, "gohello.wasm")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", out, "./testdata/go/hello")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if msg, err := cmd.CombinedOutput(); err != nil {
		return "", &guestError{"testdata/go/hello", lastLines(msg, 5), err}
	}
	return out, nil
}

type guestError struct {
	source, message string
	err             error
}

func (e *guestError) Error() string { return e.source + ": " + e.err.Error() + ": " + e.message }

func (e *guestError) Unwrap() error { return e.err }
