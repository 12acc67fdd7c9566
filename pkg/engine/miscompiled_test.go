package engine_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestMiscompiled compiles code that wazero takes for something else than it
// means. The engine must refuse it. Where plain wazero gets it right, checkCode
// can go.
func TestMiscompiled(t *testing.T) {
	if a := runtime.GOARCH; a != "amd64" && a != "arm64" {
		t.Skip("wazero compiles nothing here")
	}
	ctx := context.Background()
	const export = "\x01\x03run\x00\x00"
	for _, tc := range []struct {
		name     string
		binary   *engine.Binary
		want     uint64
		feature  engine.Feature
		compiled bool // only compiled code is wrong, and only for amd64
	}{
		// The heap type, 26, is the opcode of drop.
		{"select of a reference", module(
			section(1, "\x1b\x60\x00\x01\x7e"+strings.Repeat("\x60\x00\x00", 26)), section(3, "\x01\x00"), section(7, export),
			section(10, "\x01\x12\x00\x42\x07\x42\x09\x42\x02\x42\x03\x41\x00\x1c\x01\x63\x1a\x1a\x0f\x0b")),
			9, engine.FeatureTypedReferences, false},
		{"indirect tail call with seven parameters", module(
			section(1, "\x02\x60\x00\x01\x7e\x60\x07\x7e\x7e\x7e\x7e\x7e\x7e\x7e\x01\x7e"), section(3, "\x02\x00\x01"),
			section(4, "\x01\x70\x00\x01"), section(7, export), section(9, "\x01\x00\x41\x00\x0b\x01\x01"),
			section(10, "\x02\x15\x00\x42\x01\x42\x02\x42\x03\x42\x04\x42\x05\x42\x06\x42\x07\x41\x00\x13\x01\x00\x0b\x04\x00\x20\x06\x0b")),
			7, engine.FeatureTailCalls, true},
	} {
		for _, interpreted := range []bool{false, true} {
			r := newRuntime(t, engine.Config{Interpreter: interpreted})
			m, err := r.Compile(ctx, tc.binary)
			if tc.compiled && (interpreted || runtime.GOARCH != "amd64") {
				if err != nil {
					t.Errorf("%s: %v", tc.name, err)
					continue
				}
				if got, o := instance(t, m, wasi.Config{}).Invoke(ctx, "run", nil); !o.Clean() || !slices.Equal(got, []string{"7"}) {
					t.Errorf("%s: %v, %v", tc.name, got, o)
				}
				continue
			}
			var missing *engine.FeatureError
			if !errors.As(err, &missing) || missing.Feature != tc.feature {
				t.Errorf("%s, interpreted %v: %v", tc.name, interpreted, err)
			}
			if got := plainly(t, interpreted, tc.binary); got == tc.want {
				t.Errorf("%s, interpreted %v: wazero is right now: remove checkCode", tc.name, interpreted)
			}
		}
	}
}

// plainly calls the export "run" with plain wazero.
func plainly(t *testing.T, interpreted bool, b *engine.Binary) uint64 {
	t.Helper()
	ctx := context.Background()
	c := wazero.NewRuntimeConfigCompiler()
	if interpreted {
		c = wazero.NewRuntimeConfigInterpreter()
	}
	r := wazero.NewRuntimeWithConfig(ctx, c.WithCoreFeatures(api.CoreFeaturesV2|experimental.CoreFeaturesTailCall))
	defer func() { _ = r.Close(ctx) }()
	m, err := r.Instantiate(ctx, b.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	results, err := m.ExportedFunction("run").Call(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

// TestTypedReferencesStayOff compiles a call of a function by a reference of
// another type: (i64) -> i64 by (funcref) -> i64, which returns an address of the
// host. Where plain wazero refuses it, the proposal can be looked at again.
func TestTypedReferencesStayOff(t *testing.T) {
	if a := runtime.GOARCH; a != "amd64" && a != "arm64" {
		t.Skip("wazero compiles nothing here")
	}
	ctx := context.Background()
	binary := module(
		section(1, "\x04\x60\x01\x7e\x01\x7e\x60\x01\x70\x01\x7e\x60\x00\x01\x7e\x60\x00\x00"), section(3, "\x03\x00\x02\x03"),
		section(7, "\x01\x03run\x00\x01"), section(9, "\x01\x03\x00\x02\x00\x02"),
		section(10, "\x03\x04\x00\x20\x00\x0b\x08\x00\xd2\x02\xd2\x00\x14\x01\x0b\x02\x00\x0b"))
	for _, c := range []wazero.RuntimeConfig{wazero.NewRuntimeConfigCompiler(), wazero.NewRuntimeConfigInterpreter()} {
		r := wazero.NewRuntimeWithConfig(ctx, c.WithCoreFeatures(api.CoreFeaturesV2|experimental.CoreFeaturesTypedFunctionReferences))
		if _, err := r.CompileModule(ctx, binary.Bytes); err != nil {
			t.Errorf("wazero checks the type of call_ref now: %v", err)
		}
		_ = r.Close(ctx)
	}
	var missing *engine.FeatureError
	if _, err := newRuntime(t, engine.Config{}).Compile(ctx, binary); !errors.As(err, &missing) || missing.Feature != engine.FeatureTypedReferences {
		t.Errorf("error %v", err)
	}
}
