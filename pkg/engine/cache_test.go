package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestCache compiles in new runtimes with one directory.
func TestCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[cache]*") // not a pattern
	hello, trap := guest(t, "c/hello"), guest(t, "wat/trap")
	empty := &engine.Binary{Path: "empty.wasm", Bytes: []byte("\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00")}
	run := func(b *engine.Binary, cfg engine.Config) (cached bool, warnings []string) {
		t.Helper()
		cfg.CacheDir = dir
		r := newRuntime(t, cfg)
		m := compile(t, r, b)
		in := instance(t, m, wasi.Config{})
		if o := in.Start(context.Background()); b == hello && !o.Clean() {
			t.Errorf("outcome %v", o)
		}
		return m.Info().Cached, r.Warnings()
	}
	entries := func() []string {
		var files []string
		_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, path)
			}
			return err
		})
		return files
	}
	for _, step := range []struct {
		name   string
		b      *engine.Binary
		cfg    engine.Config
		before func()
		cached bool
		warns  bool
	}{
		{name: "first", b: hello},
		{name: "second", b: hello, cached: true},
		{name: "other module", b: trap},
		{name: "interpreted", b: hello, cfg: engine.Config{Interpreter: true}},
		{name: "without functions", b: empty},
		{name: "without functions again", b: empty},
		{name: "third", b: hello, cached: true},
		{name: "with copied segments", b: hello, cfg: engine.Config{NoImage: true}, cached: true},
		{name: "interruptible", b: hello, cfg: engine.Config{Interruptible: true}},
		{name: "interruptible again", b: hello, cfg: engine.Config{Interruptible: true}, cached: true},
		{name: "with source lines", b: hello, cfg: engine.Config{DebugInfo: true}},
		{name: "with source lines again", b: hello, cfg: engine.Config{DebugInfo: true}, cached: true},
		{name: "damaged", b: hello, warns: true, before: func() {
			for _, f := range entries() {
				if err := os.Truncate(f, 100); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{name: "healed", b: hello, cached: true},
		{name: "unreadable", b: hello, warns: true, before: func() {
			for _, f := range entries() { // a directory in an entry's place can't be read, nor replaced
				if err := errors.Join(os.Remove(f), os.Mkdir(f, 0o700)); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(f, "x"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{name: "a file in the way", b: hello, warns: true, before: func() {
			if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		if step.before != nil {
			step.before()
		}
		cached, warnings := run(step.b, step.cfg)
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", ".new-*")); len(left) > 0 {
			t.Errorf("%s: left %v", step.name, left)
		}
		if cached != step.cached || len(warnings) > 0 != step.warns {
			t.Errorf("%s: cached %v, warnings %q; want %v, %v", step.name, cached, warnings, step.cached, step.warns)
		}
	}
}

// TestCacheTellsModulesApart has modules that differ in their code alone.
func TestCacheTellsModulesApart(t *testing.T) {
	returning := func(n byte) *engine.Binary {
		return &engine.Binary{Path: "n.wasm", Bytes: []byte("\x00asm\x01\x00\x00\x00" +
			"\x01\x05\x01\x60\x00\x01\x7f" + // type
			"\x03\x02\x01\x00" + // function
			"\x07\x05\x01\x01n\x00\x00" + // export
			"\x0a\x06\x01\x04\x00\x41" + string(rune(n)) + "\x0b")}
	}
	dir := t.TempDir()
	for _, cached := range []bool{false, true, true} {
		for n := range byte(3) {
			r := newRuntime(t, engine.Config{CacheDir: dir})
			m := compile(t, r, returning(n))
			if m.Info().Cached != cached {
				t.Errorf("%d: cached %v, want %v", n, m.Info().Cached, cached)
			}
			results, o := instance(t, m, wasi.Config{}).Invoke(context.Background(), "n", nil)
			if !o.Clean() || len(results) != 1 || results[0] != string('0'+rune(n)) {
				t.Errorf("%d: %v, %v", n, results, o)
			}
		}
	}
}

// TestCompileAtOnce compiles one module in one runtime from several goroutines,
// without code in the cache and with it.
func TestCompileAtOnce(t *testing.T) {
	r := newRuntime(t, engine.Config{CacheDir: t.TempDir()})
	hello := guest(t, "c/hello")
	ctx := context.Background()
	for range 3 {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				m, err := r.Compile(ctx, hello)
				if err != nil {
					t.Error(err)
					return
				}
				in, err := m.Instantiate(ctx, wasi.Config{})
				if err != nil {
					t.Error(err)
				} else if o := in.Start(ctx); !o.Clean() || in.Close(ctx) != nil {
					t.Errorf("outcome %v", o)
				}
				if err := m.Close(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if w := r.Warnings(); len(w) > 0 {
		t.Errorf("warnings: %q", w)
	}
}

// TestSourceLines has a trap name its line, with code from the cache as well.
func TestSourceLines(t *testing.T) {
	dir := t.TempDir()
	for _, cfg := range []engine.Config{
		{DebugInfo: true}, {DebugInfo: true, Interpreter: true},
		{CacheDir: dir}, {CacheDir: dir, DebugInfo: true}, {CacheDir: dir, DebugInfo: true}, {CacheDir: dir},
	} {
		m := compile(t, newRuntime(t, cfg), guest(t, "c/lines"))
		o := instance(t, m, wasi.Config{}).Start(context.Background())
		var trap *engine.TrapError
		if !errors.As(o.Err, &trap) || trap.Message != "integer divide by zero" {
			t.Fatalf("outcome %v", o)
		}
		if len(trap.Stack) == 0 {
			t.Fatal("no stack")
		}
		f := trap.Stack[0]
		line := strings.HasSuffix(f.File, "lines.c") && f.Line == 5
		if !strings.HasPrefix(f.Function, "divide(") || line != cfg.DebugInfo || !line && f.File != "" {
			t.Errorf("cached %v, source lines %v: %+v", m.Info().Cached, cfg.DebugInfo, trap.Stack)
		}
	}
}

// TestAbandonedStage removes what a process left that was killed while it wrote.
func TestAbandonedStage(t *testing.T) {
	dir := t.TempDir()
	young, old := filepath.Join(dir, ".new-1"), filepath.Join(dir, ".new-2")
	long := time.Now().Add(-48 * time.Hour)
	if err := errors.Join(os.Mkdir(young, 0o700), os.Mkdir(old, 0o700), os.Chtimes(old, long, long)); err != nil {
		t.Fatal(err)
	}
	compile(t, newRuntime(t, engine.Config{CacheDir: dir}), guest(t, "c/hello"))
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young one: %v", err)
	}
}

// TestCleanCache leaves nothing of the engine's, and everything else.
func TestCleanCache(t *testing.T) {
	dir := t.TempDir()
	compile(t, newRuntime(t, engine.Config{CacheDir: dir}), guest(t, "c/hello"))
	leftover, live := filepath.Join(dir, ".new-1", "wazero-1", "x.tmp"), filepath.Join(dir, ".new-2", "wazero-1", "x.tmp")
	mine := filepath.Join(dir, "mine")
	for _, path := range []string{leftover, live, mine} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, ".new-1"), long, long); err != nil {
		t.Fatal(err)
	}
	if use, err := engine.CleanCache(dir); err != nil || use.Entries != 1 || use.Bytes == 0 {
		t.Errorf("removed %+v, %v", use, err)
	}
	if use, err := engine.CacheInfo(dir); err != nil || use.Entries != 0 {
		t.Errorf("left %+v, %v", use, err)
	}
	names := func() (names []string) {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Error(err)
		}
		for _, f := range files {
			names = append(names, f.Name())
		}
		return names
	}()
	if want := []string{".new-2", "mine"}; !slices.Equal(names, want) {
		t.Errorf("left %q, want %q", names, want)
	}
}
