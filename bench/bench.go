package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// bench is the common state of the contests.
type bench struct {
	options
	root  string // of the repository
	tmp   string // for everything that is made on the way
	tools tools
	rows  []row // of the contest in progress
}

type options struct {
	rounds int
	quick  bool
	only   *regexp.Regexp // nil for all
	wamrgo string         // the program to measure; "" builds it
}

// all is every contest, in the order of the table.
var all = [][]contest{instanceContests, workerContests, processContests, computeContests, stoppingContests, heapContests, wasiContests}

// measure runs the contests.
func measure(ctx context.Context, o options) (*results, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "wamr-go-bench-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	b := &bench{options: o, root: root, tmp: tmp}
	res := &results{
		Schema: schema,
		Date:   time.Now().UTC().Format(time.RFC3339),
		Rounds: o.rounds,
		Quick:  o.quick,
		Given:  o.wamrgo != "",
	}
	b.progress("building")
	if b.tools, err = findTools(ctx, root, tmp, o.wamrgo); err != nil {
		return nil, err
	}
	res.Versions = b.tools.versions(ctx)
	res.Machine = describeMachine(tmp)
	for _, group := range all {
		for _, c := range group {
			if c = c.selected(o.only); len(c.rows) == 0 {
				continue
			}
			rows, err := c.run(ctx, b)
			if err != nil {
				return nil, err
			}
			res.Rows = append(res.Rows, rows...)
		}
	}
	b.progress("")
	if len(res.Rows) == 0 {
		return nil, fmt.Errorf("no row matches %s", o.only)
	}
	return res, nil
}

// budget is the duration of one sample of a loop.
func (b *bench) budget() time.Duration {
	if b.quick {
		return 50 * time.Millisecond
	}
	return 400 * time.Millisecond
}

// repeats is the number of runs of a short program in one sample.
func (b *bench) repeats(n int) int {
	if b.quick {
		return max(1, n/5)
	}
	return n
}

func (b *bench) dir(pattern string) (string, error) { return os.MkdirTemp(b.tmp, pattern) }

func (b *bench) guest(name string) string {
	return filepath.Join(b.root, "testdata", "c", name+".wasm")
}

// progress reports the current step on standard error; on a terminal the next
// message replaces it.
func (b *bench) progress(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", message)
		return
	}
	if message != "" {
		fmt.Fprintln(os.Stderr, message)
	}
}
