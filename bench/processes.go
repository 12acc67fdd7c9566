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
			{"start_hello", "command line, warm cache, clang hello", nanoseconds, []bar{{wazero, 1.00}, {wazy, 0}}},
			{"rss_hello", "peak resident memory of the same", bytes, []bar{{wazero, 1.00}, {wazy, 0}}},
		},
		prepare: func(ctx context.Context, b *bench) []contestant {
			return warm(ctx, b, caching(b.tools), command{b.guest("hello"), "hello, world\n"}, 20, func(runs []processRun) values {
				return values{"start_hello": medianWall(runs), "rss_hello": medianPeak(runs)}
			})
		},
	},
	{
		rows: []row{{"start_go", "command line, warm cache, Go hello", nanoseconds, []bar{{wazero, 0.75}, {wazy, 0}}}},
		prepare: func(ctx context.Context, b *bench) []contestant {
			c, err := goHelloCommand(ctx, b)
			if err != nil {
				return []contestant{failed(ours, err)}
			}
			return warm(ctx, b, caching(b.tools), c, 10, func(runs []processRun) values {
				return values{"start_go": medianWall(runs)}
			})
		},
	},
	{
		rows: []row{{"cold_go", "command line, cold, Go hello, code not kept", nanoseconds, []bar{{wazero, 0.60}, {wazeroWorkers, 0}, {wazyWorkers, 0}}}},
		prepare: func(ctx context.Context, b *bench) []contestant {
			workers := []string{"-workers=" + strconv.Itoa(runtime.NumCPU())}
			return cold(ctx, b, "cold_go", []commandLine{
				{ours, tool{path: b.tools.wamrgo}, []string{"--no-cache"}},
				{wazero, b.tools.wazero, nil},
				{wazeroWorkers, b.tools.wazero, workers},
				{wazyWorkers, b.tools.wazy, workers},
			})
		},
	},
	{
		rows: []row{{"cold_go_kept", "command line, cold, Go hello, code kept", nanoseconds, []bar{{wazeroCaching, 0.60}, {wazero, 0}, {wazyCaching, 0}}}},
		prepare: func(ctx context.Context, b *bench) []contestant {
			return cold(ctx, b, "cold_go_kept", []commandLine{
				{ours, tool{path: b.tools.wamrgo}, []string{"--cache-dir=CACHE"}},
				{wazero, b.tools.wazero, nil},
				{wazeroCaching, b.tools.wazero, []string{"-cachedir=CACHE"}},
				{wazyCaching, b.tools.wazy, []string{"-cachedir=CACHE"}},
			})
		},
	},
	{
		rows: []row{{"compute", "command line, warm cache, compute kernels", nanoseconds, []bar{{wazero, 1.10}, {wazy, 0}}}}, // with the checks for Ctrl-C, which wazero has not
		prepare: func(ctx context.Context, b *bench) []contestant {
			return warm(ctx, b, caching(b.tools), command{module: b.guest("compute")}, 1, func(runs []processRun) values {
				return values{"compute": medianWall(runs)}
			})
		},
	},
}

// A command is a module to run from a command line, and its output; "" if that
// differs from run to run.
type command struct {
	module, output string
}

func goHelloCommand(ctx context.Context, b *bench) (command, error) {
	path, err := goHello(ctx, b.root, b.tmp)
	return command{path, "hello from Go\n"}, err
}

const (
	wazeroWorkers = "wazero -workers=N"
	wazeroCaching = "wazero -cachedir"
	wazyWorkers   = "wazy -workers=N"
	wazyCaching   = "wazy -cachedir"
)

// A commandLine is a tool with flags that stand before the module. CACHE in a
// flag is the directory for compiled code.
type commandLine struct {
	name  string
	tool  tool
	flags []string
}

func (l commandLine) with(cache, module string) []string {
	line := []string{l.tool.path, "run"}
	for _, flag := range l.flags {
		line = append(line, strings.ReplaceAll(flag, "CACHE", cache))
	}
	return append(line, module)
}

// caching is the command lines of ours and of the peers that are written in Go,
// with a cache and otherwise as they come.
func caching(t tools) []commandLine {
	return []commandLine{
		{ours, tool{path: t.wamrgo}, []string{"--cache-dir=CACHE"}},
		{wazero, t.wazero, []string{"-cachedir=CACHE"}},
		{wazy, t.wazy, []string{"-cachedir=CACHE"}},
	}
}

// warm is command lines, each with a filled cache of its own. A sample is
// computed from n runs.
func warm(ctx context.Context, b *bench, lines []commandLine, c command, n int, sample func([]processRun) values) []contestant {
	return each(lines, func(l commandLine) (func(context.Context) (values, error), error) {
		cache, err := b.dir("cache-*")
		if err != nil {
			return nil, err
		}
		line := l.with(cache, c.module)
		return func(ctx context.Context) (values, error) {
			runs, err := b.runs(ctx, b.repeats(n), line)
			return sample(runs), err
		}, c.check(ctx, line) // fills the cache, too
	})
}

// cold is command lines without compiled code: the cache is new each time. Ours
// keeps the code unless it is told not to, and compiles on all cores; the peers
// keep it only if they are told, and compile on one core unless they are told.
func cold(ctx context.Context, b *bench, id string, lines []commandLine) []contestant {
	c, err := goHelloCommand(ctx, b)
	return each(lines, func(l commandLine) (func(context.Context) (values, error), error) {
		line := func() ([]string, error) {
			cache, err := b.dir("cold-*")
			return l.with(cache, c.module), err
		}
		first, lineErr := line()
		if err := errors.Join(err, lineErr); err != nil {
			return nil, err
		}
		return func(ctx context.Context) (values, error) {
			l, err := line()
			if err != nil {
				return nil, err
			}
			ns, _, err := b.launch(ctx, 1, l)
			return values{id: ns}, err
		}, c.check(ctx, first)
	})
}

// each makes a contestant of each command line whose tool is there.
func each(lines []commandLine, prepare func(commandLine) (func(context.Context) (values, error), error)) []contestant {
	contestants := make([]contestant, len(lines))
	for i, l := range lines {
		if contestants[i] = (contestant{name: l.name, absent: l.tool.absent}); l.tool.absent != "" {
			continue
		}
		sample, err := prepare(l)
		if err != nil {
			contestants[i] = failed(l.name, err)
			continue
		}
		contestants[i].sample = sample
	}
	return contestants
}

func (c command) check(ctx context.Context, line []string) error {
	out, err := output(ctx, line...)
	if err == nil && c.output != "" && string(out) != c.output {
		err = fmt.Errorf("%s printed %q instead of %q", line[0], out, c.output)
	}
	return err
}

// A processRun is the output of the program launch for a run.
type processRun struct {
	WallNS   float64 `json:"wall_ns"`
	CPUNS    float64 `json:"cpu_ns"`
	RSSBytes float64 `json:"rss_bytes"`
}

// launch runs a command n times and returns the medians of its time and of its
// peak resident memory.
func (b *bench) launch(ctx context.Context, n int, line []string) (ns, rss float64, err error) {
	runs, err := b.runs(ctx, n, line)
	if err != nil {
		return 0, 0, err
	}
	return medianWall(runs), medianPeak(runs), nil
}

func medianWall(runs []processRun) float64 {
	return medianOf(runs, func(r processRun) float64 { return r.WallNS })
}

func medianPeak(runs []processRun) float64 {
	return medianOf(runs, func(r processRun) float64 { return r.RSSBytes })
}

func medianOf(runs []processRun, figure func(processRun) float64) float64 {
	figures := make([]float64, len(runs))
	for i, r := range runs {
		figures[i] = figure(r)
	}
	return median(figures)
}

// runs runs a command n times.
func (b *bench) runs(ctx context.Context, n int, line []string) ([]processRun, error) {
	out, err := output(ctx, append([]string{b.tools.launch, "-n", strconv.Itoa(n)}, line...)...)
	if err != nil {
		return nil, err
	}
	var runs []processRun
	if err := json.Unmarshal(out, &runs); err != nil {
		return nil, fmt.Errorf("launch: %w", err)
	}
	return runs, nil
}
