package engine

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// endless is a reader without an end, such as /dev/zero.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.read += len(p)
	return len(p), nil
}

// A file that is not WebAssembly is not read further than its beginning.
func TestLoadOfEndlessInput(t *testing.T) {
	in := &endless{}
	var failed *LoadError
	if _, err := Load(context.Background(), "-", in); !errors.As(err, &failed) || !errors.Is(err, ErrNotWasm) {
		t.Errorf("error %v", err)
	}
	if in.read > 64<<10 {
		t.Errorf("%d bytes were read", in.read)
	}
}

// A module on which wazero's validation panics is an error, and leaves nothing
// behind.
func TestCompileOfModulesThatPanic(t *testing.T) {
	ctx := context.Background()
	for name, text := range map[string]string{
		"type index out of range in the function section": "0061736d010000000104016000000303020024070a01065f737461727400000a0902040010010b02000b",
	} {
		binary, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, cfg := range []Config{{}, {Interpreter: true}, {CacheDir: t.TempDir()}} {
			cfg.Ledger = memstat.NewLedger(memstat.SitesNever)
			r := NewRuntime(cfg)
			var failed *CompileError
			if _, err := r.Compile(ctx, &Binary{Path: "m.wasm", Bytes: binary}); !errors.As(err, &failed) || !errors.Is(err, ErrInvalid) || strings.Contains(err.Error(), "runtime error") {
				t.Errorf("%s: %v", name, err)
			}
			l := r.newLinker(ctx, nil)
			if _, err := l.compileModule(ctx, binary); err == nil || !strings.Contains(err.Error(), "invalid module") {
				t.Errorf("%s: a panic of wazero's: %v", name, err)
			}
			if err := l.close(ctx); err != nil {
				t.Errorf("%s: close: %v", name, err)
			}
			if err := r.Close(ctx); err != nil {
				t.Errorf("%s: close: %v", name, err)
			}
			if s := r.Ledger().Snapshot(); s.DoubleReleases != 0 || len(s.Leaks) != 0 || s.OpenScopes != 0 {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}
