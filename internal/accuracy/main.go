// Command accuracy measures how often the hunt for leaks is right. It runs wamr-go
// again and again, with built-in faults and without, on one and two workers, on an idle
// and a busy machine. It prints the number of leaks that were found and of runs that
// were accused wrongly, with Wilson's 95 % intervals.
//
//	make leak-accuracy
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	program := flag.String("program", "./wamr-go", "the wamr-go to measure")
	runs := flag.Int("runs", 200, "runs of each fault, rate and number of workers")
	clean := flag.Int("clean", 1000, "runs without a fault, of each guest and number of workers")
	cycles := flag.Int("cycles", 1000, "cycles or calls of a run")
	duration := flag.Duration("duration", 0, "run for that long instead; only runs without a fault")
	busy := flag.Bool("busy", false, "keep all processors busy meanwhile")
	only := flag.String("only", "", "only cases whose name contains this")
	flag.Parse()
	if *busy {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		load(ctx)
	}
	wanted := func(c testCase) bool {
		return strings.Contains(c.name(), *only) && c.runs > 0 && (c.fault.name == "" || *duration == 0)
	}
	right, err := lab{*program, *cycles, *duration}.measureAll(*runs, *clean, wanted)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(2)
	case !right:
		os.Exit(1)
	}
}

// lab is the configuration of the measurement.
type lab struct {
	program  string
	cycles   int
	duration time.Duration // instead of cycles; 0 for none
}

// measureAll runs the selected cases, prints a line for each, and reports whether every
// run was right.
func (l lab) measureAll(runs, clean int, wanted func(testCase) bool) (right bool, err error) {
	dir, err := os.MkdirTemp("", "accuracy")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	goHello := filepath.Join(dir, "gohello.wasm")
	if err := buildGuest("testdata/go/hello", goHello); err != nil {
		return false, err
	}
	fmt.Printf("%-36s %6s %6s  %-18s %s\n", "case", "runs", "right", "share, 95 %", "others")
	right = true
	var faults, cleans tally
	for _, c := range append(faultCases(runs), cleanCases(clean, goHello)...) {
		if !wanted(c) {
			continue
		}
		t := l.measure(c, dir)
		t.print(c.name())
		right = right && t.right == t.runs
		if c.fault.name == "" {
			cleans.add(t)
		} else {
			faults.add(t)
		}
	}
	faults.print("all faults")
	cleans.print("all clean runs")
	return right, nil
}

// buildGuest builds a Go program for WASI.
func buildGuest(source, to string) error {
	build := exec.Command("go", "build", "-o", to, ".")
	build.Dir = source
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return build.Run()
}

// load keeps all processors busy until the context ends.
func load(ctx context.Context) {
	for range runtime.NumCPU() {
		go func() {
			for ctx.Err() == nil {
				for i := range 1_000_000 {
					_ = i * i
				}
			}
		}()
	}
}
