package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestCancelStart ends a start function that loops.
func TestCancelStart(t *testing.T) {
	loop := encode(10, 1, 7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b)
	binary := &Binary{Path: "loop.wasm", Bytes: module(procedure, function, start, loop)}
	for _, interpreter := range []bool{false, true} {
		r := NewRuntime(Config{Interruptible: true, Interpreter: interpreter})
		m, err := r.Compile(context.Background(), binary)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, err = m.Instantiate(ctx, wasi.Config{})
		var failed *InstantiateError
		if !errors.As(err, &failed) || failed.Outcome.Kind != OutcomeInterrupted || failed.CloseErr != nil {
			t.Errorf("interpreter %v: %v", interpreter, err)
		}
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}
