package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkProfile does the most frequent work of the command: `make profile`
// writes default.pgo from it, by which the go command optimises this program.
func BenchmarkProfile(b *testing.B) {
	dir := b.TempDir()
	guests := filepath.Join("..", "..", "testdata")
	hello, calls := filepath.Join(guests, "c", "hello.wasm"), filepath.Join(guests, "c", "wasibench.wasm")
	program := filepath.Join(dir, "hello.wasm")
	build := exec.Command("go", "build", "-o", program, "./"+filepath.Join(guests, "go", "hello"))
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	b.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	for _, work := range []struct {
		name, args string
		times      int
	}{
		{"compile", "--no-cache " + program, 16},
		{"warm", program, 5},
		{"cycles", "-q --dir " + dir + " --cycles 100000 " + hello, 1},
		{"large cycles", "-q --cycles 1000 " + program, 1},
		{"calls", "--dir " + dir + "::/d " + calls + " /d 500 seek clock random_16 fstat open_close", 1},
	} {
		b.Run(work.name, func(b *testing.B) {
			for b.Loop() {
				for range work.times {
					if code := run(append([]string{"run"}, strings.Fields(work.args)...), nil, io.Discard, os.Stderr); code != 0 {
						b.Fatalf("exit code %d", code)
					}
				}
			}
		})
	}
}
