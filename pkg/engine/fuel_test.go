package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// executed runs a function of a guest and returns the outcome and the number of
// instructions.
func executed(t *testing.T, cfg engine.Config, name, function string, args ...string) (engine.Outcome, uint64) {
	t.Helper()
	r := engine.NewRuntime(cfg)
	defer func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	in, err := compile(t, r, guest(t, name)).Instantiate(context.Background(), wasi.Config{Args: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if in.Instructions() != nil {
			t.Error("a closed instance still counts")
		}
	}()
	var o engine.Outcome
	if function == "" {
		o = in.Start(context.Background())
	} else {
		_, o = in.Invoke(context.Background(), function, args)
	}
	n := in.Instructions()
	if n == nil {
		t.Fatalf("%s: instructions were not counted", name)
	}
	return o, *n
}

// TestInstructions: the number is known, and the same in the compiler, in the
// interpreter and with code from the cache.
func TestInstructions(t *testing.T) {
	cached := engine.Config{CountInstructions: true, CacheDir: t.TempDir()}
	for _, tc := range []struct {
		guest, function string
		args            []string
		kind            engine.OutcomeKind
		want            uint64 // 0: only the same
	}{
		// Five for each call of fib(0) and fib(1), which are 8 of 15 calls, and thirteen for each other.
		{"wat/fib", "fib", []string{"5"}, engine.OutcomeExit, 8*5 + 7*13},
		{"wat/arith", "add", []string{"1", "2"}, engine.OutcomeExit, 3},
		{"wat/trap", "", nil, engine.OutcomeTrap, 0},
		{"c/hello", "", nil, engine.OutcomeExit, 0},
		{"c/exit", "", nil, engine.OutcomeExit, 0},
		{"c/files", "", nil, engine.OutcomeExit, 0},
		{"cpp/words", "", nil, engine.OutcomeExit, 0},
	} {
		var first uint64
		for i, cfg := range []engine.Config{{CountInstructions: true}, {CountInstructions: true, Interpreter: true}, cached, cached, {Fuel: 1 << 40}, {Fuel: 1 << 40, CPUProfile: true}} {
			o, n := executed(t, cfg, tc.guest, tc.function, tc.args...)
			if i == 0 {
				first = n
			}
			if o.Kind != tc.kind || n != first || tc.want > 0 && n != tc.want {
				t.Errorf("%s, %d: %v after %d instructions, want %d, first %d", tc.guest, i, o, n, tc.want, first)
			}
		}
		t.Logf("%s: %d", tc.guest, first)
	}
}

// TestFuel: as many instructions as a guest executes are enough, and one less is
// not.
func TestFuel(t *testing.T) {
	for _, interpreter := range []bool{false, true} {
		_, n := executed(t, engine.Config{CountInstructions: true, Interpreter: interpreter}, "wat/fib", "fib", "25")
		if o, m := executed(t, engine.Config{Fuel: n, Interpreter: interpreter}, "wat/fib", "fib", "25"); !o.Clean() || m != n {
			t.Errorf("with %d: %v after %d", n, o, m)
		}
		for _, limit := range []uint64{1, 1000, n / 2, n - 1} {
			o, m := executed(t, engine.Config{Fuel: limit, Interpreter: interpreter}, "wat/fib", "fib", "25")
			var fuel *engine.FuelError
			if o.Kind != engine.OutcomeFuel || !errors.As(o.Err, &fuel) || fuel.Limit != limit || m <= limit || m > limit+20 {
				t.Errorf("with %d of %d: %v after %d", limit, n, o, m)
			}
		}
	}
}

// TestFuelOfEndless: fuel ends an endless guest after the same number of instructions
// in the compiler and in the interpreter.
func TestFuelOfEndless(t *testing.T) {
	for _, f := range endless {
		var counts [2]uint64
		for i, interpreter := range []bool{false, true} {
			var o engine.Outcome
			// Memory is limited so that bulk operations are short.
			cfg := engine.Config{Fuel: 1_000_003, Interpreter: interpreter, MaxMemory: 3 << 20}
			if o, counts[i] = executed(t, cfg, "wat/endless", f.name, f.args...); o.Kind != engine.OutcomeFuel {
				t.Errorf("%s, interpreter %v: %v", f.name, interpreter, o)
			}
		}
		if counts[0] != counts[1] {
			t.Errorf("%s: %d instructions, interpreted %d", f.name, counts[0], counts[1])
		}
	}
}
