package engine_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// Code with a watched heap is kept under entries of its own, with the helper, and
// reports the same stacks when it comes from the cache.
func TestCacheOfWatchedHeaps(t *testing.T) {
	needsCompiler(t)
	dir := t.TempDir()
	guest := guest(t, "c/leaks")
	run := func(cfg engine.Config) (engine.ModuleInfo, *guestheap.Report) {
		t.Helper()
		cfg.CacheDir, cfg.Inspect = dir, true
		r := newRuntime(t, cfg)
		m := compile(t, r, guest)
		in := instance(t, m, wasi.Config{})
		if o := in.Start(context.Background()); !o.Clean() {
			t.Error(o)
		}
		if w := r.Warnings(); len(w) > 0 {
			t.Error(w)
		}
		return m.Info(), in.GuestHeap()
	}
	watched := engine.HeapConfig{Check: true}
	given, _ := run(engine.Config{})
	var first *guestheap.Report
	for _, step := range []struct {
		name   string
		cfg    engine.Config
		remove func(size int64) bool // entries that are removed before
		cached bool
	}{
		{name: "watched", cfg: engine.Config{Heap: watched}},
		{name: "watched again", cfg: engine.Config{Heap: watched}, cached: true},
		{name: "not watched", cached: true},
		{name: "interruptible", cfg: engine.Config{Heap: watched, Interruptible: true}},
		{name: "interruptible again", cfg: engine.Config{Heap: watched, Interruptible: true}, cached: true},
		{name: "without the helper", cfg: engine.Config{Heap: watched}, remove: func(size int64) bool { return size < 8<<10 }},
		{name: "healed", cfg: engine.Config{Heap: watched}, cached: true},
		{name: "with the helper alone", cfg: engine.Config{Heap: watched}, remove: func(size int64) bool { return size >= 8<<10 }},
		{name: "healed again", cfg: engine.Config{Heap: watched}, cached: true},
	} {
		if step.remove != nil {
			removeEntries(t, dir, step.remove)
		}
		info, heap := run(step.cfg)
		if info.Cached != step.cached {
			t.Errorf("%s: cached %v", step.name, info.Cached)
		}
		if info.SHA256 != given.SHA256 {
			t.Errorf("%s: the module's sum is %s, want that of the file, %s", step.name, info.SHA256, given.SHA256)
		}
		switch {
		case !step.cfg.Heap.Check:
		case first == nil:
			first = heap
			if lines := slices.ContainsFunc(heap.Leaks, func(l guestheap.Leak) bool { return l.Stack[0].Line > 0 }); !lines {
				t.Error("no leak has a line")
			}
		default:
			if d := cmp.Diff(first.Leaks, heap.Leaks); d != "" {
				t.Errorf("%s: %s", step.name, d)
			}
		}
	}
}

// removeEntries removes entries of the cache by their sizes, and at least one.
func removeEntries(t *testing.T, dir string, which func(size int64) bool) {
	t.Helper()
	removed := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(filepath.Base(filepath.Dir(path)), "wazero-") {
			return err
		}
		info, err := d.Info()
		if err != nil || !which(info.Size()) {
			return err
		}
		removed++
		return os.Remove(path)
	})
	if err != nil || removed == 0 {
		t.Fatal(removed, err)
	}
}
