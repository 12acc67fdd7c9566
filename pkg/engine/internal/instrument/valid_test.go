package instrument

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// rewritten returns the binary after a plan's edits.
func rewritten(binary []byte, mode Mode) ([]byte, *Plan, error) {
	m, err := wasmbin.Parse(binary)
	if err != nil {
		return nil, nil, err
	}
	p, err := NewPlan(m, mode)
	if err != nil || p.Mode() == None {
		return binary, p, err
	}
	code, err := p.Code()
	if err != nil {
		return nil, nil, err
	}
	return wasmbin.Apply(binary, append([]wasmbin.Edit{code}, p.Edits()...)...), p, nil
}

const allFeatures = api.CoreFeaturesV2 | experimental.CoreFeaturesThreads | experimental.CoreFeaturesTailCall |
	experimental.CoreFeaturesExtendedConst | experimental.CoreFeaturesExceptionHandling | experimental.CoreFeaturesTypedFunctionReferences

// validate has wazero validate a binary. A panic of its validator is an error.
func validate(r wazero.Runtime, binary []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = context.Canceled
		}
	}()
	c, err := r.CompileModule(context.Background(), binary)
	if err == nil {
		err = c.Close(context.Background())
	}
	return err
}

// guestsAndSpecification calls f with the modules in testdata, and with those of
// the specification's tests, which are in wazero's module.
func guestsAndSpecification(t testing.TB, f func(name string, binary []byte)) {
	paths, err := filepath.Glob("../../../../testdata/*/*.wasm")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no guests: %v", err)
	}
	if out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output(); err != nil {
		t.Logf("without the specification's tests: %v", err)
	} else {
		spec, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "internal/integration_test/spectest/*/testdata/*.wasm"))
		paths = append(paths, spec...)
	}
	for _, p := range paths {
		binary, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		f(p, binary)
	}
}

// TestValid: a module is valid after it was rewritten if it was valid before, and
// invalid if it was invalid.
func TestValid(t *testing.T) {
	if testing.Short() {
		t.Skip("validates thousands of modules")
	}
	r := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(allFeatures))
	defer func() { _ = r.Close(context.Background()) }()
	valid, invalid := 0, 0
	guestsAndSpecification(t, func(name string, binary []byte) {
		before := validate(r, binary)
		for _, mode := range []Mode{Yield, Fuel} {
			changed, _, err := rewritten(binary, mode)
			if err == nil {
				err = validate(r, changed)
			}
			if (before == nil) != (err == nil) {
				t.Errorf("%s, mode %d: %v, and after: %v", name, mode, before, err)
			}
		}
		if before == nil {
			valid++
		} else {
			invalid++
		}
	})
	t.Logf("%d valid modules, %d invalid", valid, invalid)
}

// TestNoPass: without a pass nothing is read or changed.
func TestNoPass(t *testing.T) {
	m := &wasmbin.Module{Functions: 1} // has not even a code section
	p, err := NewPlan(m, None)
	if err != nil || p.Mode() != None || len(p.Edits()) > 0 || p.Functions() != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if i, ok := p.Original(7); i != 7 || !ok {
		t.Errorf("index %d, %v", i, ok)
	}
	var none *Plan
	if i, ok := none.Original(7); i != 7 || !ok || none.Mode() != None {
		t.Errorf("index %d, %v", i, ok)
	}
}

// TestOriginal translates the indexes of a module with one import and two
// functions.
func TestOriginal(t *testing.T) {
	p := &Plan{mode: Yield, module: &wasmbin.Module{}, imported: 1, host: 1, tick: 4}
	for moved, want := range map[uint32]int{0: 0, 1: -1, 2: 1, 3: 2, 4: -1, 5: -1} {
		original, ok := p.Original(moved)
		if ok != (want >= 0) || ok && (original != uint32(want) || p.moved(original) != moved) {
			t.Errorf("%d: %d, %v, want %d", moved, original, ok, want)
		}
	}
}
