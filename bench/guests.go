package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed node_wasi.mjs
var nodeScript []byte

// A program is a guest that measures itself and prints its figures, and the
// same source compiled for this machine. It runs under every host.
type program struct {
	name   string
	prefix string            // of its figures' rows
	dir    bool              // it gets an empty directory as its first argument
	args   []string          // after that
	sums   map[string]string // the checksums that it computed the first time
}

// hosts are the ways to run the program; each run returns the program's output.
func (p program) hosts(ctx context.Context, b *bench) []contestant {
	wasm := b.guest(p.name)
	cacheOurs, err := b.dir("cache-*")
	if err != nil {
		return []contestant{failed(ours, err)}
	}
	cacheWazero, err := b.dir("cache-*")
	if err != nil {
		return []contestant{failed(ours, err)}
	}
	cacheWazy, err := b.dir("cache-*")
	if err != nil {
		return []contestant{failed(ours, err)}
	}
	script := filepath.Join(b.tmp, "node_wasi.mjs")
	if err := os.WriteFile(script, nodeScript, 0o644); err != nil {
		return []contestant{failed(ours, err)}
	}
	binary := b.tools.native(ctx, filepath.Join(b.root, "testdata", "c", p.name+".c"), filepath.Join(b.tmp, p.name))
	return []contestant{
		p.process(b, ours, tool{path: b.tools.wamrgo}, func(dir string) []string {
			return p.line(dir, []string{"run", "--cache-dir", cacheOurs}, "--dir", dir+"::"+guestDir, wasm)
		}),
		p.process(b, wazero, b.tools.wazero, func(dir string) []string {
			return p.line(dir, []string{"run", "-cachedir", cacheWazero}, "-mount", dir+":"+guestDir, wasm)
		}),
		p.process(b, wazy, b.tools.wazy, func(dir string) []string {
			return p.line(dir, []string{"run", "-cachedir", cacheWazy}, "-mount", dir+":"+guestDir, wasm)
		}),
		p.embedded(b, wasmtime, newWasmtime, wasm),
		p.process(b, node, b.tools.node, func(dir string) []string {
			return p.line(dir, []string{"--no-warnings", script}, "--dir", dir+"::"+guestDir, wasm)
		}),
		p.process(b, native, binary, func(dir string) []string {
			if dir == "" {
				return nil
			}
			return []string{dir}
		}),
	}
}

// line is a command line that mounts dir, if there is one, with the flag.
func (p program) line(dir string, line []string, flag, mount, wasm string) []string {
	if dir != "" {
		line = append(line, flag, mount)
	}
	line = append(line, wasm)
	if dir != "" {
		line = append(line, guestDir)
	}
	return line
}

// process runs the program in a process of its own.
func (p program) process(b *bench, name string, t tool, line func(dir string) []string) contestant {
	if t.absent != "" {
		return contestant{name: name, absent: t.absent}
	}
	return p.contestant(b, name, func(ctx context.Context, dir string) ([]byte, error) {
		return output(ctx, append(append([]string{t.path}, line(dir)...), p.args...)...)
	})
}

// embedded runs the program under an engine in this process. It is compiled
// beforehand: the program measures itself, so compilation does not count.
func (p program) embedded(b *bench, name string, prepare newEmbedded, path string) contestant {
	wasm, err := os.ReadFile(path)
	if err != nil {
		return failed(name, err)
	}
	return p.contestant(b, name, func(ctx context.Context, dir string) ([]byte, error) {
		w := work{name: p.name, wasm: wasm, start: true, dir: dir, args: p.args}
		if dir != "" {
			w.args = append([]string{guestDir}, p.args...)
		}
		e, err := prepare(ctx, w)
		if err != nil {
			return nil, err
		}
		defer e.close()
		return e.output(ctx)
	})
}

// contestant turns the output of a run into values.
func (p program) contestant(b *bench, name string, run func(ctx context.Context, dir string) ([]byte, error)) contestant {
	return contestant{name: name, sample: func(ctx context.Context) (values, error) {
		dir := ""
		if p.dir {
			var err error
			if dir, err = b.dir("guest-*"); err != nil {
				return nil, err
			}
			defer os.RemoveAll(dir)
		}
		out, err := run(ctx, dir)
		if err != nil {
			return nil, err
		}
		return p.figures(out)
	}}
}

// figures parses lines "name nanoseconds [checksum]", and adds a total. A
// checksum must be the same under every host.
func (p program) figures(out []byte) (values, error) {
	v := make(values)
	total := 0.0
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			return nil, fmt.Errorf("%s printed %q", p.name, line)
		}
		ns, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			return nil, fmt.Errorf("%s printed %q: %w", p.name, line, err)
		}
		v[p.prefix+f[0]] = ns
		total += ns
		if len(f) < 3 {
			continue
		}
		if sum, ok := p.sums[f[0]]; ok && sum != f[2] {
			return nil, fmt.Errorf("%s computed %s where another host computed %s", f[0], f[2], sum)
		}
		p.sums[f[0]] = f[2]
	}
	if len(v) == 0 {
		return nil, fmt.Errorf("%s printed nothing", p.name)
	}
	v[p.prefix+"total"] = total
	return v, nil
}
