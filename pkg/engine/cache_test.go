package engine_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestCache compiles in new runtimes with one directory.
func TestCache(t *testing.T) {
	needsCompiler(t)
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
			if err == nil && !d.IsDir() && strings.HasPrefix(filepath.Base(filepath.Dir(path)), "wazero-") {
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
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "*", "stage-*")); len(left) > 0 {
			t.Errorf("%s: left %v", step.name, left)
		}
		if cached != step.cached || len(warnings) > 0 != step.warns {
			t.Errorf("%s: cached %v, warnings %q; want %v, %v", step.name, cached, warnings, step.cached, step.warns)
		}
	}
}

// TestCacheTellsModulesApart has modules that differ in their code alone.
func TestCacheTellsModulesApart(t *testing.T) {
	needsCompiler(t)
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
	needsCompiler(t)
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

// TestDamagedCache flips a bit at places all over an entry: the module is
// compiled again, runs correctly, and is warned of.
func TestDamagedCache(t *testing.T) {
	needsCompiler(t)
	dir := t.TempDir()
	run := func() (cached bool, warnings []string) {
		t.Helper()
		r := newRuntime(t, engine.Config{CacheDir: dir})
		m := compile(t, r, guest(t, "c/hello"))
		var out bytes.Buffer
		if o := instance(t, m, wasi.Config{Args: []string{"hello.wasm"}, Stdout: &out}).Start(context.Background()); !o.Clean() || out.String() != "hello, world\n" {
			t.Errorf("outcome %v, output %q", o, out.String())
		}
		return m.Info().Cached, r.Warnings()
	}
	run()
	path := entryPath(t, dir)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The first bytes are wazero's header and function offsets, the last our
	// trailer. Package codecache's own test flips each bit of each part.
	places := []int{0, 6, 8, 20, 21, 22, 23, 24, 30, 31, 32, 100, len(good) / 2, len(good) - 60, len(good) - 50, len(good) - 1}
	for _, at := range places {
		bad := bytes.Clone(good)
		bad[at] ^= 0x40
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if cached, warnings := run(); cached || len(warnings) != 1 || !strings.Contains(warnings[0], "damaged") {
			t.Errorf("byte %d: cached %v, warnings %q", at, cached, warnings)
		}
		if cached, warnings := run(); !cached || len(warnings) > 0 {
			t.Errorf("after byte %d: cached %v, warnings %q", at, cached, warnings)
		}
	}
}

// entryPath returns the path of the one entry in a cache directory.
func entryPath(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*", "wazero-*", "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("entries %q, %v", found, err)
	}
	return found[0]
}

// TestUnsafeCacheDir has a directory that others can write to.
func TestUnsafeCacheDir(t *testing.T) {
	needsCompiler(t)
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	dir := t.TempDir()
	compile(t, newRuntime(t, engine.Config{CacheDir: dir}), guest(t, "c/hello"))
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r := newRuntime(t, engine.Config{CacheDir: dir})
	m := compile(t, r, guest(t, "c/hello"))
	if w := r.Warnings(); m.Info().Cached || len(w) != 1 || !strings.Contains(w[0], "is writable by others") {
		t.Errorf("cached %v, warnings %q", m.Info().Cached, w)
	}
	if _, err := engine.CacheInfo(dir); err == nil {
		t.Error("CacheInfo accepts the directory")
	}
	if _, err := engine.CleanCache(dir); err == nil {
		t.Error("CleanCache accepts the directory")
	}
}

// TestCacheLimits has a cache that is too small for a module, and one for a
// single module.
func TestCacheLimits(t *testing.T) {
	needsCompiler(t)
	dir := t.TempDir()
	put := func(limit uint64, name string) []string {
		r := newRuntime(t, engine.Config{CacheDir: dir, CacheMaxBytes: limit})
		compile(t, r, guest(t, name))
		return r.Warnings()
	}
	if w := put(100, "c/hello"); len(w) != 1 || !strings.Contains(w[0], "limit is 100") {
		t.Errorf("warnings %q", w)
	}
	if w := put(0, "c/hello"); len(w) > 0 {
		t.Errorf("warnings %q", w)
	}
	first, err := engine.CacheInfo(dir)
	if err != nil || first.Entries != 1 || first.LatestUse.IsZero() || first.OldestUse != first.LatestUse {
		t.Fatalf("%+v, %v", first, err)
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(entryPath(t, dir), long, long); err != nil {
		t.Fatal(err)
	}
	if w := put(first.Bytes+1, "wat/trap"); len(w) > 0 {
		t.Errorf("warnings %q", w)
	}
	if use, err := engine.CacheInfo(dir); err != nil || use.Entries != 1 || use.Bytes >= first.Bytes {
		t.Errorf("%+v, %v; want the other module's entry alone", use, err)
	}
}

// TestCleanCache leaves nothing of the engine's, and everything else.
func TestCleanCache(t *testing.T) {
	needsCompiler(t)
	dir := t.TempDir()
	compile(t, newRuntime(t, engine.Config{CacheDir: dir}), guest(t, "c/hello"))
	mine := filepath.Join(dir, ".new-1", "mine")
	long := time.Now().Add(-48 * time.Hour)
	if err := errors.Join(os.Mkdir(filepath.Dir(mine), 0o700), os.WriteFile(mine, nil, 0o600), os.Chtimes(filepath.Dir(mine), long, long)); err != nil {
		t.Fatal(err)
	}
	if use, err := engine.CleanCache(dir); err != nil || use.Entries != 1 || use.Bytes == 0 {
		t.Errorf("removed %+v, %v", use, err)
	}
	if use, err := engine.CacheInfo(dir); err != nil || use.Entries != 0 {
		t.Errorf("left %+v, %v", use, err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}
