package engine

import (
	"context"
	"os"
	"runtime"
	"testing"
	"time"
)

// TestCompileLeavesNoCode compiles again and again, in each way, and looks for
// executable memory that is left when the modules are closed.
func TestCompileLeavesNoCode(t *testing.T) {
	ctx := context.Background()
	binary, err := os.ReadFile("../../testdata/c/hello.wasm")
	if err != nil {
		t.Fatal(err)
	}
	warm := t.TempDir()
	for _, tc := range []struct {
		name string
		dir  func() string
	}{
		{"no cache", func() string { return "" }},
		{"code kept", t.TempDir},
		{"code from the cache", func() string { return warm }},
		{"a cache that cannot be written", func() string {
			dir := t.TempDir()
			if err := os.WriteFile(dir+"/file", nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return dir + "/file/cache"
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			compile := func() {
				r := NewRuntime(Config{CacheDir: tc.dir()})
				m, err := r.Compile(ctx, &Binary{Path: "hello.wasm", Bytes: binary})
				if err != nil {
					t.Fatal(err)
				}
				if err := m.Close(ctx); err != nil {
					t.Error(err)
				}
				if err := r.Close(ctx); err != nil {
					t.Error(err)
				}
			}
			// wazero's mappings disappear with its finalizers.
			grown := func(before codeRanges) (n uint64) {
				for range 50 {
					runtime.GC()
					if n = executable().beyond(before); n == 0 {
						break
					}
					time.Sleep(10 * time.Millisecond)
				}
				return n
			}
			compile()
			grown(nil)
			before := executable()
			const times = 20
			for range times {
				compile()
			}
			if n := grown(before); n >= times*uint64(os.Getpagesize()) {
				t.Errorf("%d bytes of code are left of %d compilations", n, times)
			}
		})
	}
}
