package engine

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestX(t *testing.T) {
	ctx := context.Background()
	r := NewRuntime(Config{Heap: HeapConfig{Check: true}, Interruptible: true, Interpreter: os.Getenv("X_INTERP") != ""})
	b, err := Load(os.Getenv("X_WASM"), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Compile(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Instantiate(ctx, wasi.Config{Args: []string{"a", "b"}, Stdout: os.Stdout})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(in.Start(ctx))
	j, _ := json.MarshalIndent(in.GuestHeap(), "", " ")
	t.Logf("%s", j)
	if err := in.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
