//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFewDescriptors: with any limit of open files, the command runs the guest
// or names the missing resource. Go's runtime never ends it.
func TestFewDescriptors(t *testing.T) {
	program := filepath.Join(t.TempDir(), "wamr-go")
	if err := os.Symlink(os.Args[0], program); err != nil { // the test binary is the program: see TestMain
		t.Skip("no symbolic links")
	}
	hello, err := filepath.Abs(filepath.Join("..", "..", "testdata", "c", "hello.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, args := range []string{
		"--cache-dir c --mem-report=json:a --mem-report=text:b --trace-file t --cpu-profile p " + hello,
		"--cache-dir c --cycles 20 --workers 3 --dir . " + hello,
	} {
		ran := false
		for limit := 4; limit <= 20; limit += 1 + limit/8 { // with 3, the loader fails first
			c := exec.Command("sh", "-c", fmt.Sprintf("ulimit -n %d && exec %s %s", limit, program, args))
			c.Dir = dir
			out, err := c.CombinedOutput()
			var exit *exec.ExitError
			switch {
			case err == nil:
				ran = true
			case !errors.As(err, &exit) || exit.ExitCode() != exitCannotRun || !strings.Contains(string(out), "error: "):
				t.Errorf("ulimit -n %d: %s: %v\n%s", limit, args, err, out)
			}
		}
		if !ran {
			t.Errorf("%s never runs", args)
		}
	}
}
