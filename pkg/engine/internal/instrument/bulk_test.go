package instrument

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// The bulk operations of the module bulkModule makes, each a function of three
// numbers.
var bulkOperations = []string{"fill", "copy", "init", "short", "drop"}

// bulkModule has a memory of four chunks and a page, a segment of two and a half
// chunks, and one of 100 bytes.
func bulkModule() []byte {
	const pages = 4*chunk>>16 + 1
	b := section([]byte("\x00asm\x01\x00\x00\x00"), wasmbin.SectionType, "\x01\x60\x03\x7f\x7f\x7f\x00")
	b = section(b, wasmbin.SectionFunction, "\x05\x00\x00\x00\x00\x00")
	b = section(b, wasmbin.SectionMemory, "\x01\x00"+string([]byte{pages}))
	exports := string([]byte{byte(len(bulkOperations) + 1)}) + "\x06memory\x02\x00"
	for i, name := range bulkOperations {
		exports += string([]byte{byte(len(name))}) + name + "\x00" + string([]byte{byte(i)})
	}
	b = section(b, wasmbin.SectionExport, exports)
	b = section(b, wasmbin.SectionDataCount, "\x02")
	const operands = "\x00\x20\x00\x20\x01\x20\x02"
	code := "\x05"
	for _, body := range []string{operands + "\xfc\x0b\x00\x0b", operands + "\xfc\x0a\x00\x00\x0b", operands + "\xfc\x08\x00\x00\x0b",
		operands + "\xfc\x08\x01\x00\x0b", "\x00\xfc\x09\x00\x0b"} {
		code += string([]byte{byte(len(body))}) + body
	}
	b = section(b, wasmbin.SectionCode, code)
	long := make([]byte, chunk*5/2)
	for i := range long {
		long[i] = byte(i>>16 + i>>8 + i)
	}
	data := append(wasmbin.AppendU32([]byte{2, 1}, uint32(len(long))), long...)
	data = append(append(data, 1, 100), long[500:600]...)
	return wasmbin.AppendSection(b, wasmbin.SectionData, data)
}

// TestBulk: bulk operations on memories give the same memory and the same traps,
// whether they are done in parts or not.
func TestBulk(t *testing.T) {
	ctx := context.Background()
	var instances []api.Module
	for _, mode := range []Mode{None, Yield, Fuel} {
		r := wazero.NewRuntime(ctx)
		defer func() { _ = r.Close(ctx) }()
		host(t, r, func(int64) int64 { return Reload })
		binary, _, err := rewritten(bulkModule(), mode)
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.Instantiate(ctx, binary)
		if err != nil {
			t.Fatal(err)
		}
		instances = append(instances, m)
	}
	random := rand.New(rand.NewPCG(1, 2))
	size := instances[0].Memory().Size()
	number := func() uint64 { // near a multiple of a chunk, or anything
		switch random.IntN(8) {
		case 0:
			return uint64(random.Uint32())
		case 1:
			return uint64(size - uint32(random.IntN(3)))
		default:
			return uint64(uint32(random.IntN(5)*chunk + random.IntN(2)*(random.IntN(200)-100)))
		}
	}
	traps := 0
	for i := range 600 {
		name := bulkOperations[random.IntN(4)]
		if i == 500 {
			name = "drop"
		}
		params := []uint64{number(), number(), number()}
		var want string
		var memory []byte
		for j, m := range instances {
			_, err := m.ExportedFunction(name).Call(ctx, params...)
			got := trapMessage(err)
			bytes1, _ := m.Memory().Read(0, size)
			if j == 0 {
				want, memory = got, bytes1
				if want != "" {
					traps++
				}
			} else if got != want || !bytes.Equal(bytes1, memory) {
				t.Fatalf("%d: %s%x: mode %d: trap %q, want %q; same memory: %v", i, name, params, j, got, want, bytes.Equal(bytes1, memory))
			}
		}
	}
	if traps < 50 || traps > 550 {
		t.Errorf("%d of 600 operations trap", traps)
	}
}

// trapMessage returns the first line of wazero's error, or "" for none.
func trapMessage(err error) string {
	if err == nil {
		return ""
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	return message
}
