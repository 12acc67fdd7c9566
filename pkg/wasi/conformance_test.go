package wasi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// testCase is the expectation of wasi-testsuite for a program: the JSON beside
// it.
type testCase struct {
	Args     []string          `json:"args"`
	Env      map[string]string `json:"env"`
	Root     string            `json:"root"`
	ExitCode uint32            `json:"exit_code"`
	Stdout   *string           `json:"stdout"`
	Stderr   *string           `json:"stderr"`
}

// runners are the commands that TestConformance can be made to run instead of
// this package, to compare them with it. The arguments are the host directory
// for "/" or "", and "NAME=value" for the environment.
var runners = map[string]func(dir string, env []string) []string{
	"wamr-go":  options([]string{"wamr-go", "run"}, "--dir=%s::/", "--env="),
	"wazero":   options([]string{"wazero", "run"}, "-mount=%s:/", "-env="),
	"wasmtime": options([]string{"wasmtime", "run"}, "--dir=%s::/", "--env="),
	"node":     options([]string{"node", "--no-warnings", "../../bench/node_wasi.mjs"}, "--dir=%s::/", "--env="),
}

// options completes a command line in the way most runtimes agree on.
func options(command []string, mount, variable string) func(string, []string) []string {
	return func(dir string, env []string) []string {
		args := slices.Clone(command)
		if dir != "" {
			args = append(args, fmt.Sprintf(mount, dir))
		}
		for _, e := range env {
			args = append(args, variable+e)
		}
		return args
	}
}

// TestConformance runs the preview1 programs of a checkout of
// https://github.com/WebAssembly/wasi-testsuite, branch prod/testsuite-base, in
// the directory WASI_TESTSUITE (make conformance WASI_TESTSUITE=DIR).
// WASI_RUNNER is the command that runs them; without it they run in this
// process, and a leak is a failure too.
func TestConformance(t *testing.T) {
	root := os.Getenv("WASI_TESTSUITE")
	if root == "" {
		t.Skip("WASI_TESTSUITE does not name a checkout of wasi-testsuite")
	}
	programs, err := filepath.Glob(filepath.Join(root, "tests", "*", "testsuite", "wasm32-wasip1", "*.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) == 0 {
		t.Fatalf("no preview1 programs in %s", root)
	}
	passed := 0
	for _, program := range programs {
		suite := filepath.Base(filepath.Dir(filepath.Dir(filepath.Dir(program))))
		name := suite + "/" + strings.TrimSuffix(filepath.Base(program), ".wasm")
		if t.Run(name, func(t *testing.T) { runTestCase(t, program) }) {
			passed++
		}
	}
	fmt.Printf("PASS %d/%d\n", passed, len(programs))
}

func runTestCase(t *testing.T, program string) {
	var tc testCase
	var dir string
	spec, err := os.ReadFile(strings.TrimSuffix(program, ".wasm") + ".json")
	if err == nil {
		err = json.Unmarshal(spec, &tc)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	wasm, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	cfg := wasi.Config{Args: append([]string{filepath.Base(program)}, tc.Args...)}
	for k, v := range tc.Env {
		cfg.Env = append(cfg.Env, k+"="+v)
	}
	if tc.Root != "" {
		// Programs write to their directory: each gets a copy of its own.
		dir = t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(filepath.Dir(program), tc.Root))); err != nil {
			t.Fatal(err)
		}
		cfg.Preopens = asRoot(t, dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var res guestResult
	if runner := os.Getenv("WASI_RUNNER"); runner != "" {
		res = runCommand(ctx, command(t, runner)(dir, cfg.Env), program, cfg.Args[1:])
	} else {
		res = runGuest(t, ctx, wasm, cfg)
	}
	switch {
	case res.err != nil:
		t.Errorf("%v\nstderr: %s", res.err, res.stderr)
	case res.exit != tc.ExitCode:
		t.Errorf("exit code %d, want %d\nstderr: %s", res.exit, tc.ExitCode, res.stderr)
	}
	if tc.Stdout != nil && res.stdout != *tc.Stdout {
		t.Errorf("stdout %q, want %q", res.stdout, *tc.Stdout)
	}
	if tc.Stderr != nil && res.stderr != *tc.Stderr {
		t.Errorf("stderr %q, want %q", res.stderr, *tc.Stderr)
	}
}

// command returns one of runners.
func command(t *testing.T, runner string) func(dir string, env []string) []string {
	t.Helper()
	c, ok := runners[runner]
	if !ok {
		t.Fatalf("WASI_RUNNER: unknown runner %q", runner)
	}
	return c
}

// runCommand runs a program with the command line of a runner.
func runCommand(ctx context.Context, command []string, program string, args []string) guestResult {
	argv := append(append(command, program), args...)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	res := guestResult{stdout: stdout.String(), stderr: stderr.String()}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		res.exit = uint32(exit.ExitCode())
	default:
		res.err = err
	}
	return res
}
