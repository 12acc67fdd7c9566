package instrument

import (
	"context"
	"errors"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// section appends to a binary.
func section(b []byte, id wasmbin.ID, content string) []byte {
	return wasmbin.AppendSection(b, id, []byte(content))
}

// functions makes a module of functions of type ()->() or, where the module
// has exceptions, a tag of that type. The first one is exported as f.
func functions(tags bool, bodies ...string) []byte {
	b := section([]byte("\x00asm\x01\x00\x00\x00"), wasmbin.SectionType, "\x01\x60\x00\x00")
	n := string([]byte{byte(len(bodies))})
	indices, code := n, n
	for _, body := range bodies {
		indices += "\x00"
		code += string([]byte{byte(len(body) + 1)}) + "\x00" + body
	}
	b = section(b, wasmbin.SectionFunction, indices)
	b = section(b, wasmbin.SectionTable, "\x01\x70\x00\x01")
	if tags {
		b = section(b, wasmbin.SectionTag, "\x01\x00\x00")
	}
	b = section(b, wasmbin.SectionExport, "\x01\x01f\x00\x00")
	b = section(b, wasmbin.SectionElement, "\x01\x00\x41\x00\x0b\x01\x00") // table 0 at 0: function 0
	return section(b, wasmbin.SectionCode, code)
}

// TestStop: the host function ends code that wazero v1.12.0 has only with
// features that are off by default, and no handler catches its panic.
func TestStop(t *testing.T) {
	const (
		loop    = "\x03\x40\x0c\x00\x0b\x0b"
		tryCall = "\x02\x40\x1f\x40\x01\x02\x00\x10\x01\x0b\x0b" // block, try_table catch_all 0, call 1, end, end
	)
	for name, binary := range map[string][]byte{
		"return_call":                   functions(false, "\x12\x00\x0b"),
		"mutual return_call":            functions(false, "\x12\x01\x0b", "\x01\x12\x00\x0b"),
		"return_call_indirect":          functions(false, "\x41\x00\x13\x00\x00\x0b"),
		"return_call_ref":               functions(false, "\xd2\x00\x15\x00\x0b"),
		"loop of try_table":             functions(true, "\x03\x40"+tryCall+"\x0c\x00\x0b\x0b", loop),
		"loop of throw":                 functions(true, "\x03\x40"+tryCall+"\x0c\x00\x0b\x0b", "\x08\x00\x0b"),
		"endless loop within try_table": functions(true, tryCall+"\x0b", loop),
		"loop in the handler":           functions(true, tryCall+"\x03\x40\x0c\x00\x0b\x0b", "\x08\x00\x0b"),
	} {
		for engine, config := range enginesHere() {
			for _, mode := range []Mode{Yield, Fuel} {
				if err := stopAfter(t, config, binary, mode, 3); err != nil {
					t.Errorf("%s, engine %d, mode %d: %v", name, engine, mode, err)
				}
			}
		}
	}
}

// stopAfter runs a module until the host function was called n times, and returns
// an error unless the panic of the last call ended it.
func stopAfter(t *testing.T, config wazero.RuntimeConfig, binary []byte, mode Mode, n int) error {
	t.Helper()
	const code = 77
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config.WithCoreFeatures(allFeatures))
	defer func() { _ = r.Close(ctx) }()
	host(t, r, func(int64) int64 {
		if n--; n < 0 {
			panic(sys.NewExitError(code))
		}
		return 1000
	})
	changed, _, err := rewritten(binary, mode)
	if err != nil {
		return err
	}
	m, err := r.Instantiate(ctx, changed)
	if err != nil {
		return err
	}
	_, err = m.ExportedFunction("f").Call(ctx)
	var exit *sys.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		return errors.Join(errors.New("was not ended"), err)
	}
	return nil
}

// host makes the host function.
func host(t testing.TB, r wazero.Runtime, tick func(counter int64) int64) {
	t.Helper()
	counter := []api.ValueType{api.ValueTypeI64}
	_, err := r.NewHostModuleBuilder(HostModule).NewFunctionBuilder().
		WithGoFunction(api.GoFunc(func(_ context.Context, s []uint64) { s[0] = uint64(tick(int64(s[0]))) }), counter, counter).
		Export(HostTick).Instantiate(context.Background())
	if err != nil {
		t.Fatal(err)
	}
}

// waitModule has a shared memory and f(address, expected, timeout), which waits
// for a number of 32 bits 4 bytes behind the address, and g for one of 64.
func waitModule() []byte {
	b := section([]byte("\x00asm\x01\x00\x00\x00"), wasmbin.SectionType, "\x02\x60\x03\x7f\x7f\x7e\x01\x7f\x60\x03\x7f\x7e\x7e\x01\x7f")
	b = section(b, wasmbin.SectionFunction, "\x02\x00\x01")
	b = section(b, wasmbin.SectionMemory, "\x01\x03\x01\x01")
	b = section(b, wasmbin.SectionExport, "\x02\x01f\x00\x00\x01g\x00\x01")
	return section(b, wasmbin.SectionCode, "\x02\x0c\x00\x20\x00\x20\x01\x20\x02\xfe\x01\x02\x04\x0b\x0c\x00\x20\x00\x20\x01\x20\x02\xfe\x02\x03\x08\x0b")
}

// TestWait: a wait gives the same results in slices, and can be ended.
func TestWait(t *testing.T) {
	const milliseconds, forever = 1_000_000, ^uint64(0)
	ctx := context.Background()
	for _, config := range enginesHere() {
		for _, mode := range []Mode{None, Yield, Fuel} {
			r := wazero.NewRuntimeWithConfig(ctx, config.WithCoreFeatures(allFeatures))
			defer func() { _ = r.Close(ctx) }()
			ends := false
			host(t, r, func(int64) int64 {
				if ends {
					panic(sys.NewExitError(77))
				}
				return Reload
			})
			binary, _, err := rewritten(waitModule(), mode)
			if err != nil {
				t.Fatal(err)
			}
			m, err := r.Instantiate(ctx, binary)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"f", "g"} {
				f := m.ExportedFunction(name)
				for _, tc := range []struct {
					address, expected, timeout, want uint64
					trap                             string
				}{
					{0, 0, 0, 2, ""},
					{8, 0, 3 * milliseconds, 2, ""},
					{8, 0, 10 * milliseconds, 2, ""},
					{8, 0, 25 * milliseconds, 2, ""},
					{8, 5, forever, 1, ""},
					{3, 0, forever, 0, "unaligned atomic"},
					{1 << 16, 0, forever, 0, "out of bounds memory access"},
				} {
					got, err := f.Call(ctx, tc.address, tc.expected, tc.timeout)
					if trapMessage(err) != tc.trap || err == nil && got[0] != tc.want {
						t.Errorf("mode %d: %s%v: %v, %v", mode, name, tc, got, err)
					}
				}
				if mode == None {
					continue
				}
				ends = true
				var exit *sys.ExitError
				if _, err := f.Call(ctx, 0, 0, forever); !errors.As(err, &exit) {
					t.Errorf("mode %d: %s was not ended: %v", mode, name, err)
				}
				ends = false
			}
		}
	}
}
