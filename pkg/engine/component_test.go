package engine_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// componentOf returns a component with those core modules.
func componentOf(modules ...[]byte) []byte {
	b := []byte("\x00asm\x0d\x00\x01\x00")
	for _, m := range modules {
		b = append(b, 1)
		n := len(m)
		for ; n >= 0x80; n >>= 7 {
			b = append(b, byte(n)|0x80)
		}
		b = append(append(b, byte(n)), m...)
	}
	return b
}

// TestComponent: the command in a component that an adapter made is run, and
// every other component is refused.
func TestComponent(t *testing.T) {
	hello, reactor := guest(t, "c/hello").Bytes, guest(t, "wat/reactor").Bytes
	plugin, adapter := guest(t, "wat/plugin").Bytes, importing("wasi:cli/exit@0.2.0", "exit").Bytes
	for _, tc := range []struct {
		name      string
		component []byte
		runs      bool
	}{
		{"adapted", componentOf(adapter, hello, reactor), true},
		{"no module", componentOf(), false},
		{"no command", componentOf(adapter, reactor), false},
		{"two commands", componentOf(hello, adapter, hello), false},
		{"a command with other imports", componentOf(plugin), false},
		{"a damaged module", componentOf(hello[:len(hello)/2]), false},
	} {
		b, err := engine.Load(context.Background(), "-", bytes.NewReader(tc.component))
		if !tc.runs {
			if !errors.Is(err, engine.ErrComponent) {
				t.Errorf("%s: error %v", tc.name, err)
			}
			continue
		}
		if err != nil || !b.FromComponent || !slices.Equal(b.Bytes, hello) {
			t.Errorf("%s: error %v, binary %+v", tc.name, err, b)
			continue
		}
		m := compile(t, newRuntime(t, engine.Config{CacheDir: t.TempDir()}), b)
		var out bytes.Buffer
		if o := instance(t, m, wasi.Config{Stdout: &out}).Start(context.Background()); !o.Clean() || out.String() != "hello, world\n" {
			t.Errorf("%s: outcome %v, output %q", tc.name, o, out.String())
		}
		if info := m.Info(); !info.FromComponent || info.WasmBytes != uint64(len(hello)) {
			t.Errorf("%s: %+v", tc.name, info)
		}
	}
}
