package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// tally counts the results of a case's runs.
type tally struct {
	sync.Mutex
	runs, right int
	wrong       map[string]int
}

// said counts a run; "" is right.
func (t *tally) said(what string, runs int) {
	t.Lock()
	defer t.Unlock()
	t.runs += runs
	if what == "" {
		t.right += runs
		return
	}
	if t.wrong == nil {
		t.wrong = make(map[string]int)
	}
	t.wrong[what] += runs
}

func (t *tally) add(other *tally) {
	t.said("", other.right)
	for what, n := range other.wrong {
		t.said(what, n)
	}
}

func (t *tally) print(name string) {
	if t.runs == 0 {
		return
	}
	var others []string
	for what, n := range t.wrong {
		others = append(others, fmt.Sprintf("%d × %s", n, what))
	}
	slices.Sort(others)
	low, high := wilson(t.right, t.runs)
	fmt.Printf("%-36s %6d %6d  %.4f … %.4f    %s\n", name, t.runs, t.right, low, high, strings.Join(others, ", "))
}

// wilson returns the 95 % confidence interval of a share.
func wilson(hits, n int) (low, high float64) {
	const z = 1.96
	p, m := float64(hits)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(middle-half, 0), min(middle+half, 1)
}

// measure runs a case on all processors, as often as the case requires. dir is
// for the directories of guests.
func (l lab) measure(c testCase, dir string) *tally {
	t := new(tally)
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for range c.runs {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			r, err := l.run(c, dir)
			if err != nil {
				t.said(err.Error(), 1)
			} else {
				t.said(c.judge(r), 1)
			}
		})
	}
	group.Wait()
	return t
}

// report is the judged part of wamr-go's report.
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
		Reason    string
		Completed int
		Census    []row
	}
}

// row is a row of the census.
type row struct {
	Kind     string
	Identity string
	PerCycle float64 `json:"per_cycle"`
}

// run runs wamr-go once.
func (l lab) run(c testCase, dir string) (r report, err error) {
	args := []string{"run", "--mem-report=json", "--report-file", "/dev/stderr"}
	cycles := l.cycles / max(c.slow, 1)
	switch {
	case l.duration > 0:
		args = append(args, "--duration", l.duration.String())
	case c.export == "":
		args = append(args, "--cycles", fmt.Sprint(cycles))
	}
	if c.export != "" {
		if l.duration > 0 {
			cycles = math.MaxInt
		}
		args = append(args, "--calls", fmt.Sprint(cycles), "-f", c.export)
	} else {
		args = append(args, "--workers", fmt.Sprint(c.workers))
	}
	if c.dir {
		data, err := os.MkdirTemp(dir, "data")
		if err != nil {
			return r, err
		}
		defer func() { _ = os.RemoveAll(data) }()
		if err := os.WriteFile(data+"/words.txt", []byte("some words\n"), 0o600); err != nil {
			return r, err
		}
		args = append(args, "--dir", data+"::/data")
	}
	if c.fault.name != "" {
		args = append(args, "--fault", fmt.Sprintf("%s/%d", c.fault.name, c.fault.every))
	}
	cmd := exec.Command(l.program, append(append(args, c.module), c.args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err = cmd.Run()
	const leak = 99
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != leak) {
		return r, fmt.Errorf("%w: %.300s", err, stderr.String())
	}
	text := stderr.String()
	begin, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if begin < 0 || end < begin {
		return r, fmt.Errorf("no report: %.200s", text)
	}
	return r, json.Unmarshal([]byte(text[begin:end+1]), &r)
}

// judge returns "" if the report is right, otherwise the error in it.
func (c testCase) judge(r report) string {
	f := c.fault
	want := "leak"
	if f.name == "" {
		want = "clean"
	}
	switch {
	case r.Cycles.Verdict != want:
		return fmt.Sprintf("%s (%s)", r.Cycles.Verdict, r.Cycles.Reason)
	case f.name == "":
		return ""
	case f.ledger != "":
		return f.judgeLedger(r)
	}
	rate := f.objects / float64(f.every)
	for _, row := range r.Cycles.Census {
		if row.Kind == f.kind && strings.Contains(row.Identity, f.identity) && math.Abs(row.PerCycle-rate) <= rate/10 {
			return ""
		}
	}
	return fmt.Sprintf("another kind, place or rate: %v", r.Cycles.Census)
}

// judgeLedger checks that each leak has the right kind, from the first cycle.
func (f fault) judgeLedger(r report) string {
	lost, others := 0, 0
	for _, l := range r.Ledger.Leaks {
		if l.Kind == f.ledger && l.Cycle%f.every == 0 {
			lost += l.Objects
		} else {
			others += l.Objects
		}
	}
	if lost == r.Cycles.Completed/f.every && others == 0 {
		return ""
	}
	return fmt.Sprintf("%d of that kind, %d others", lost, others)
}
