package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// processContests measure the command lines, from outside, with a code cache
// that has the module already (warm) or not (cold).
var processContests = []contest{
	{
		rows: []row{
			{"start_hello", "command line, warm cache, clang hello", nanoseconds, []bar{{wazero, 1.00}}},
			{"rss_hello", "peak resident memory of the same", bytes, []bar{{wazero, 1.00}}},
		},
		prepare: func(ctx context.Context, b *bench) []contestant {
			return warm(ctx, b, 20, "start_hello", "rss_hello", clangHello)
		},
	},
	{
		rows: []row{{"start_go", "command line, warm cache, Go hello", nanoseconds, []bar{{wazero, 0.75}}}},
		prepare: func(ctx context.Context, b *bench) []contestant {
			return warm(ctx, b, 10, "start_go", "", goHelloCommand)
		},
	},
	{
		rows: []row{{"cold_go", "command line, cold, Go hello, code not kept", nanoseconds, []bar{{wazero, 0.60}, {wazeroWorkers, 0}}}},
		prepare: func(ctx context.Context, b *bench) []contestant {
			return cold(ctx, b, "cold_go", "--no-cache", wazeroWorkers, "-workers="+strconv.Itoa(runtime.NumCPU()))
		},
	},
	{
		rows: []row{{"cold_go_kept", "command line, cold, Go hello, code kept", nanoseconds, []bar{{wazeroCaching, 0.60}, {wazero, 0}}}},
		prepare: func(ctx context.Context, b *bench) []contestant {
			return cold(ctx, b, "cold_go_kept", "--cache-dir=CACHE", wazeroCaching, "-cachedir=CACHE")
		},
	},
	{
		rows: []row{{"compute", "command line, warm cache, compute kernels", nanoseconds, []bar{{wazero, 1.10}}}}, // with the checks for Ctrl-C, which wazero has not
		prepare: func(ctx context.Context, b *bench) []contestant {
			return warm(ctx, b, 1, "compute", "", func(_ context.Context, b *bench) (command, error) {
				return command{module: b.guest("compute")}, nil
			})
		},
	},
}

// A command is a module to run from a command line, and its output; "" if that
// differs from run to run.
type command struct {
	module, output string
}

func clangHello(_ context.Context, b *bench) (command, error) {
	return command{b.guest("hello"), "hello, world\n"}, nil
}

func goHelloCommand(ctx context.Context, b *bench) (command, error) {
	path, err := goHello(ctx, b.root, b.tmp)
	return command{path, "hello from Go\n"}, err
}

// warm is the two command lines, each with a cache of its own that was filled.
// A sample is the median of n runs; timeID and rssID are the rows it goes to.
func warm(ctx context.Context, b *bench, n int, timeID, rssID string, what func(context.Context, *bench) (command, error)) []contestant {
	prepare := func(name, program, cacheFlag, absent string) contestant {
		if absent != "" {
			return contestant{name: name, absent: absent}
		}
		c, err := what(ctx, b)
		if err != nil {
			return failed(name, err)
		}
		cache, err := b.dir("cache-*")
		if err != nil {
			return failed(name, err)
		}
		line := []string{program, "run", cacheFlag, cache, c.module}
		if err := c.check(ctx, line); err != nil { // fills the cache, too
			return failed(name, err)
		}
		return contestant{name: name, sample: func(ctx context.Context) (values, error) {
			ns, rss, err := b.launch(ctx, b.repeats(n), line)
			return values{timeID: ns, rssID: rss}, err
		}}
	}
	return []contestant{
		prepare(ours, b.tools.wamrgo, "--cache-dir", ""),
		prepare(wazero, b.tools.wazero.path, "-cachedir", b.tools.wazero.absent),
	}
}

const (
	wazeroWorkers = "wazero -workers=N"
	wazeroCaching = "wazero -cachedir"
)

// cold is the command lines without compiled code: ours with a flag, wazero's
// with its defaults and with a flag. Ours keeps the code by default, and
// compiles on all cores; wazero's does neither without a flag. CACHE in a flag
// is a new directory.
func cold(ctx context.Context, b *bench, id, flag, variant, variantFlag string) []contestant {
	c, err := goHelloCommand(ctx, b)
	prepare := func(name string, t tool, flag string) contestant {
		line := func() ([]string, error) {
			cache, err := b.dir("cold-*")
			line := []string{t.path, "run"}
			if flag != "" {
				line = append(line, strings.ReplaceAll(flag, "CACHE", cache))
			}
			return append(line, c.module), err
		}
		if t.absent != "" {
			return contestant{name: name, absent: t.absent}
		}
		first, lineErr := line()
		if err := errors.Join(err, lineErr); err != nil {
			return failed(name, err)
		}
		if err := c.check(ctx, first); err != nil {
			return failed(name, err)
		}
		return contestant{name: name, sample: func(ctx context.Context) (values, error) {
			l, err := line()
			if err != nil {
				return nil, err
			}
			ns, _, err := b.launch(ctx, 1, l)
			return values{id: ns}, err
		}}
	}
	return []contestant{
		prepare(ours, tool{path: b.tools.wamrgo}, flag),
		prepare(wazero, b.tools.wazero, ""),
		prepare(variant, b.tools.wazero, variantFlag),
	}
}

func (c command) check(ctx context.Context, line []string) error {
	out, err := output(ctx, line...)
	if err == nil && c.output != "" && string(out) != c.output {
		err = fmt.Errorf("%s printed %q instead of %q", line[0], out, c.output)
	}
	return err
}

// launch runs a command n times and returns the medians of its time and of its
// peak resident memory.
func (b *bench) launch(ctx context.Context, n int, line []string) (ns, rss float64, err error) {
	out, err := output(ctx, append([]string{b.tools.launch, "-n", strconv.Itoa(n)}, line...)...)
	if err != nil {
		return 0, 0, err
	}
	var runs []struct {
		WallNS   float64 `json:"wall_ns"`
		RSSBytes float64 `json:"rss_bytes"`
	}
	if err := json.Unmarshal(out, &runs); err != nil {
		return 0, 0, fmt.Errorf("launch: %w", err)
	}
	times, sizes := make([]float64, len(runs)), make([]float64, len(runs))
	for i, r := range runs {
		times[i], sizes[i] = r.WallNS, r.RSSBytes
	}
	return median(times), median(sizes), nil
}
