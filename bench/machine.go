package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// machine describes the machine of the measurement. Unknown parts are absent.
type machine struct {
	OS         string   `json:"os"`
	Arch       string   `json:"arch"`
	Kernel     string   `json:"kernel,omitempty"`
	CPU        string   `json:"cpu,omitempty"`
	Cores      int      `json:"cores"`
	Filesystem string   `json:"filesystem,omitempty"` // of the files that the guests use
	BusyCores  *float64 `json:"busy_cores,omitempty"` // by others, in two seconds before, while the harness slept
}

func describeMachine(dir string) machine {
	m := machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU()}
	if out, err := exec.Command("uname", "-r").Output(); err == nil {
		m.Kernel = strings.TrimSpace(string(out))
	}
	m.CPU = cpuModel()
	m.Filesystem = filesystemOf(dir)
	m.BusyCores = busyCores(2 * time.Second)
	return m
}

// busyCores sleeps, and returns the average number of busy cores meanwhile. The
// load average would not do: it includes our own builds of the last minutes.
func busyCores(d time.Duration) *float64 {
	busy0, all0 := ticks()
	time.Sleep(d)
	busy1, all1 := ticks()
	if all1 <= all0 {
		return nil
	}
	cores := (busy1 - busy0) / (all1 - all0) * float64(runtime.NumCPU())
	return &cores
}

// ticks returns the busy time and the total time of all cores; 0 if it is
// unknown.
func ticks() (busy, all float64) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	first, _, _ := strings.Cut(string(b), "\n")
	const idle, iowait, steal = 3, 4, 7 // then come guests, which user counts already
	for i, field := range strings.Fields(first)[1:] {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil || i > steal {
			break
		}
		all += n
		if i != idle && i != iowait {
			busy += n
		}
	}
	return busy, all
}

func (m machine) String() string {
	parts := []string{m.CPU, fmt.Sprintf("%d cores", m.Cores), m.OS + "/" + m.Arch, m.Kernel, m.Filesystem}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func cpuModel() string {
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// filesystemOf names the file system that dir is in: of the mounts above it,
// the last one with the longest path.
func filesystemOf(dir string) string {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return ""
	}
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return ""
	}
	name, longest := "", 0
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		mount := fields[1]
		if within(dir, mount) && len(mount) >= longest {
			name, longest = fields[2], len(mount)
		}
	}
	return name
}

func within(path, dir string) bool {
	return dir == "/" || path == dir || strings.HasPrefix(path, dir+"/")
}
