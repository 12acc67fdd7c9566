package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// without lists the guests that TestModes leaves out: they do not end, take long,
// tell the time, or are refused.
var without = []string{"c/spin", "c/sleep", "c/compute", "c/wasibench", "cpp/containers", "wat/loop", "wat/heaploop", "wat/endless", "wat/fib", "wat/unknownimport", "wat/plugin", "wat/bigtable"}

// behaviour is the observable result of a guest.
type behaviour struct {
	Outcome, Stdout, Stderr string
	Stack                   []memstat.Frame
	Memory                  [sha256.Size]byte // its hash
}

// TestModes: each guest does the same, whether its code is rewritten or not, to
// the frames of its traps and to the last byte of its memory.
func TestModes(t *testing.T) {
	root := filepath.Join("..", "..", "testdata")
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		name, isGuest := strings.CutSuffix(filepath.ToSlash(name), ".wasm")
		if err != nil || !isGuest || slices.Contains(without, name) {
			return err
		}
		t.Run(name, func(t *testing.T) {
			interruptible := behaviourOf(t, Config{Interruptible: true}, name)
			if strings.Contains(interruptible.Outcome, "timeout") {
				t.Fatalf("%s: if it is meant not to end, list it in without", interruptible.Outcome)
			}
			want := behaviourOf(t, Config{}, name)
			if diff := cmp.Diff(want, interruptible); diff != "" {
				t.Errorf("interruptible (-want +got):\n%s", diff)
			}
			for _, cfg := range []Config{
				{CountInstructions: true}, {Fuel: 1 << 50}, {CPUProfile: true}, {Interruptible: true, NoImage: true},
				{Interpreter: true}, {Interpreter: true, Interruptible: true}, {Interpreter: true, CountInstructions: true},
			} {
				if diff := cmp.Diff(want, behaviourOf(t, cfg, name)); diff != "" {
					t.Errorf("%+v (-want +got):\n%s", cfg, diff)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func behaviourOf(t *testing.T, cfg Config, name string) (b behaviour) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute) // ends those that are interruptible
	defer cancel()
	r := NewRuntime(cfg)
	defer func() {
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	m, err := r.Compile(ctx, loadGuest(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	in, err := m.Instantiate(ctx, wasi.Config{Args: []string{name, "7"}, Stdin: strings.NewReader("words of words\n"), Stdout: &stdout, Stderr: &stderr})
	var outcome Outcome
	var failed *InstantiateError
	start := false // the start section failed, of which only the interpreter tells places
	switch {
	case err == nil:
		outcome = in.Start(ctx)
		b.Memory = sha256.Sum256(bytesOf(in))
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
	case errors.As(err, &failed):
		outcome = failed.Outcome
		start = true
	default:
		t.Fatal(err)
	}
	var trap *TrapError
	if errors.As(outcome.Err, &trap) {
		b.Stack = trap.Stack.Frames()
		for i := range b.Stack {
			if start {
				b.Stack[i].WasmOffset = 0
			}
		}
	}
	b.Outcome, b.Stdout, b.Stderr = outcome.String(), stdout.String(), stderr.String()
	return b
}
