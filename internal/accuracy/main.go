// Command accuracy measures how often the hunt for leaks is right. It runs
// wamr-go again and again, with faults built in and without, on one and two
// workers, on an idle and a busy machine, and prints how many leaks were found and
// how many runs were accused wrongly, with Wilson's 95 % intervals.
//
//	make leak-accuracy
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
)

func main() {
	program := flag.String("program", "./wamr-go", "the wamr-go to measure")
	runs := flag.Int("runs", 200, "runs of each fault, rate and number of workers")
	clean := flag.Int("clean", 1000, "runs without a fault, of each guest and number of workers")
	cycles := flag.Int("cycles", 1000, "cycles of a run")
	busy := flag.Bool("busy", false, "keep all processors busy meanwhile")
	only := flag.String("only", "", "only cases whose name contains this")
	flag.Parse()
	if *busy {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		load(ctx)
	}
	failed := false
	fmt.Printf("%-34s %8s %8s  %-18s %s\n", "case", "runs", "right", "share, 95 %", "others")
	for _, c := range cases(*runs, *clean) {
		if !strings.Contains(c.name(), *only) {
			continue
		}
		t := c.measure(*program, *cycles)
		low, high := wilson(t.right, t.runs)
		fmt.Printf("%-34s %8d %8d  %.4f … %.4f    %s\n", c.name(), t.runs, t.right, low, high, strings.Join(t.others(), ", "))
		failed = failed || t.right < t.runs
	}
	if failed {
		os.Exit(1)
	}
}

// testCase is a way to run a guest, and what the report must say of it.
type testCase struct {
	guest   string
	fault   string // "" for a clean run
	every   int
	workers int
	runs    int
	kinds   []string // of the census row or the ledger's leak: one is enough
}

func (c testCase) name() string {
	name := "clean"
	if c.fault != "" {
		name = fmt.Sprintf("%s/%d", c.fault, c.every)
	}
	guest := c.guest[strings.LastIndexByte(c.guest, '/')+1:]
	return fmt.Sprintf("%s %s -w%d", name, strings.TrimSuffix(guest, ".wasm"), c.workers)
}

// faults has the faults and the kinds under which each is reported. A thread is
// lost with the goroutine that is locked to it, a slot with its mapping.
var faults = []struct {
	name  string
	kinds []string
}{
	{"prestats-lock", []string{"prestat_lock"}},
	{"host-fd", []string{"descriptor"}},
	{"goroutine", []string{"goroutine"}},
	{"thread", []string{"thread", "goroutine"}},
	{"go-heap:64", []string{"go_heap"}},
	{"mmap:4096", []string{"mapping"}},
	{"slot", []string{"slot"}},
}

func cases(runs, clean int) (all []testCase) {
	const hello = "testdata/c/hello.wasm"
	for _, workers := range []int{1, 2} {
		for _, f := range faults {
			for _, every := range []int{1, 100} {
				all = append(all, testCase{hello, f.name, every, workers, runs, f.kinds})
			}
		}
		for _, guest := range flagGuests() {
			all = append(all, testCase{guest: guest, workers: workers, runs: clean})
		}
	}
	return all
}

// flagGuests returns the guests of clean runs.
func flagGuests() []string {
	if flag.NArg() > 0 {
		return flag.Args()
	}
	return []string{"testdata/c/hello.wasm"}
}

// tally counts what the runs of a case said.
type tally struct {
	sync.Mutex
	runs, right int
	wrong       map[string]int
}

func (t *tally) others() []string {
	var list []string
	for what, n := range t.wrong {
		list = append(list, fmt.Sprintf("%d × %s", n, what))
	}
	slices.Sort(list)
	return list
}

func (c testCase) measure(program string, cycles int) *tally {
	t := &tally{wrong: make(map[string]int)}
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for range c.runs {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			said := c.judge(c.run(program, cycles))
			t.Lock()
			defer t.Unlock()
			t.runs++
			if said == "" {
				t.right++
			} else {
				t.wrong[said]++
			}
		})
	}
	group.Wait()
	return t
}

// report is the part of wamr-go's report that is judged.
type report struct {
	Ledger struct {
		Leaks []struct {
			Kind    string
			Objects int
			Cycle   int
		}
	}
	Cycles struct {
		Verdict   string
		Completed int
		Census    []struct {
			Kind     string
			PerCycle float64 `json:"per_cycle"`
		}
	}
}

func (c testCase) run(program string, cycles int) (r report, err error) {
	args := []string{"run", "--cycles", fmt.Sprint(cycles), "--workers", fmt.Sprint(c.workers), "--mem-report=json", "--report-file", "/dev/stderr"}
	if c.fault != "" {
		args = append(args, "--fault", fmt.Sprintf("%s/%d", c.fault, c.every))
	}
	cmd := exec.Command(program, append(args, c.guest)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	_ = cmd.Run() // a leak is exit code 99
	text := stderr.String()
	begin, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if begin < 0 || end < begin {
		return r, fmt.Errorf("no report: %.200s", text)
	}
	return r, json.Unmarshal([]byte(text[begin:end+1]), &r)
}

// judge returns "" if the report is right, or what is wrong about it.
func (c testCase) judge(r report, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case c.fault == "":
		if r.Cycles.Verdict != "clean" {
			return r.Cycles.Verdict
		}
		return ""
	case r.Cycles.Verdict != "leak":
		return r.Cycles.Verdict
	}
	lost := 0
	for _, l := range r.Ledger.Leaks {
		if slices.Contains(c.kinds, l.Kind) && l.Cycle%c.every == 0 {
			lost += l.Objects
		}
	}
	if lost == r.Cycles.Completed/c.every {
		return ""
	}
	rate := 1 / float64(c.every)
	for _, f := range r.Cycles.Census {
		if slices.Contains(c.kinds, f.Kind) && math.Abs(f.PerCycle-rate) <= rate/10 {
			return ""
		}
	}
	return fmt.Sprintf("another kind, count or rate (%d lost, %v)", lost, r.Cycles.Census)
}

// wilson returns the 95 % confidence interval of a share.
func wilson(hits, n int) (low, high float64) {
	const z = 1.96
	p, m := float64(hits)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(middle-half, 0), min(middle+half, 1)
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
