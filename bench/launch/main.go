//go:build unix

// Command launch runs a program several times and prints for each run, in
// JSON, how long it took, its processor time, and the most memory that it had
// resident.
//
// Linux counts the resident memory of a process that forks into the peak of its
// child (until exec, they share it). The harness itself is large, so every
// program that it started would seem as large.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type run struct {
	WallNS   int64 `json:"wall_ns"`
	CPUNS    int64 `json:"cpu_ns"`
	RSSBytes int64 `json:"rss_bytes"`
}

func main() {
	count := flag.Int("n", 1, "number of runs")
	flag.Parse()
	runs, err := launch(*count, flag.Args())
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(runs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func launch(count int, command []string) ([]run, error) {
	if len(command) == 0 {
		return nil, errors.New("no command")
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	runs := make([]run, count)
	for i := range runs {
		// Files, not pipes: then exec starts no goroutine that copies.
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = null, null, os.Stderr
		begin := time.Now()
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w", command[0], err)
		}
		runs[i].WallNS = time.Since(begin).Nanoseconds()
		runs[i].CPUNS = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Nanoseconds()
		runs[i].RSSBytes = peak(cmd.ProcessState.SysUsage().(*syscall.Rusage))
	}
	own := ownPeak()
	for i := range runs {
		if runs[i].RSSBytes <= own {
			return nil, fmt.Errorf("%s seems no larger than launch itself: its peak cannot be measured", command[0])
		}
	}
	return runs, nil
}

// peak is in KiB, but for Apple's systems.
func peak(u *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) * 1024
}

// ownPeak is the peak resident memory of this process itself; 0 if it cannot be
// measured. Its own rusage includes the harness's peak.
func ownPeak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(size), "kB")), 10, 64)
			return kib * 1024
		}
	}
	return 0
}
