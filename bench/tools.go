package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

const wazeroVersion = "v1.12.0"

// A tool is a program that may be missing.
type tool struct {
	path   string
	absent string // reason why it is missing; "" if it is there
}

// tools are the programs that the harness builds or finds.
type tools struct {
	wamrgo string
	launch string
	wazero tool
	wazy   tool
	node   tool
	cc     tool
}

// findTools builds ours, builds the peers' and looks for the others. Only ours
// are required. All command lines are built with the same flags.
func findTools(ctx context.Context, root, tmp, wamrgo string) (tools, error) {
	t := tools{wamrgo: wamrgo, launch: filepath.Join(tmp, "launch")}
	if t.wamrgo == "" {
		t.wamrgo = filepath.Join(root, "bin", "wamr-go")
		version := "-s -w -X main.version=" + describe(ctx, root)
		if err := goTool(ctx, root, nil, "build", "-ldflags", version, "-o", t.wamrgo, "./cmd/wamr-go"); err != nil {
			return t, err
		}
	}
	if err := goTool(ctx, ".", nil, "build", "-o", t.launch, "./launch"); err != nil {
		return t, err
	}
	t.wazero = install(ctx, tmp, "github.com/tetratelabs/wazero/cmd/wazero", wazeroVersion)
	t.wazy = install(ctx, tmp, "github.com/samyfodil/wazy/cmd/wazy", wazyVersion)
	for _, program := range []string{t.wamrgo, t.wazero.path, t.wazy.path} {
		if program == "" {
			continue // absent
		}
		if err := rewrite(program); err != nil {
			return t, err
		}
	}
	t.node = lookUp("node")
	t.cc = lookUp("gcc")
	return t, ctx.Err()
}

// install builds a peer's command.
func install(ctx context.Context, tmp, command, version string) tool {
	if err := goTool(ctx, tmp, []string{"GOBIN=" + tmp, "GOFLAGS="}, "install", command+"@"+version); err != nil {
		return tool{absent: err.Error()}
	}
	return tool{path: filepath.Join(tmp, path.Base(command))}
}

// rewrite copies a program over itself with copy_file_range(2), like cp. The way in
// which a file was written affects its pages in the page cache: a file that the linker
// wrote through a mapping takes 10 % longer to start, until it is read from a disk
// again, and a file that was written with one call has up to 1.5 MiB more resident.
func rewrite(program string) (err error) {
	from, err := os.Open(program)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(program+".copy", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	err = errors.Join(err, to.Sync(), to.Close()) // written back before it is timed
	if err != nil {
		return err
	}
	return os.Rename(to.Name(), program)
}

func lookUp(name string) tool {
	path, err := exec.LookPath(name)
	if err != nil {
		return tool{absent: "no " + name + " on PATH"}
	}
	return tool{path: path}
}

// describe names the state of the source.
func describe(ctx context.Context, root string) string {
	cmd := exec.CommandContext(ctx, "git", "describe", "--tags", "--always", "--dirty")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return "dev"
	}
	return strings.TrimSpace(string(out))
}

// goTool runs go build or go install.
func goTool(ctx context.Context, dir string, env []string, verb string, args ...string) error {
	args = append([]string{verb, "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"}, args...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w: %s", verb, err, lastLines(out, 5))
	}
	return nil
}

// native compiles a guest's source for this machine, without contraction: a
// fused multiplication would give other sums than WebAssembly.
func (t tools) native(ctx context.Context, source, out string) tool {
	if t.cc.absent != "" {
		return t.cc
	}
	cmd := exec.CommandContext(ctx, t.cc.path, "-O2", "-std=gnu11", "-ffp-contract=off", "-o", out, source)
	if msg, err := cmd.CombinedOutput(); err != nil {
		return tool{absent: fmt.Sprintf("gcc: %v: %s", err, lastLines(msg, 3))}
	}
	return tool{path: out}
}

func (t tools) versions(ctx context.Context) map[string]string {
	v := map[string]string{wasmtime: wasmtimeVersion, wazero: wazeroVersion, wazy: wazyVersion}
	for name, command := range map[string][]string{
		"go":   {"go", "version"},
		node:   {t.node.path, "--version"},
		native: {t.cc.path, "--version"},
		ours:   {t.wamrgo, "version"},
	} {
		if command[0] == "" {
			continue
		}
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).Output(); err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			v[name] = strings.TrimPrefix(first, "go version ")
		}
	}
	return v
}

// output runs a program and returns its output. The error has the end of its
// standard error.
func output(ctx context.Context, command ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, lastLines(exit.Stderr, 3))
	}
	if err != nil {
		return out, fmt.Errorf("%s: %w", filepath.Base(command[0]), err)
	}
	return out, nil
}

var newlines = regexp.MustCompile(`\s*\n\s*`)

func lastLines(b []byte, n int) string {
	lines := newlines.Split(strings.TrimSpace(string(b)), -1)
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
