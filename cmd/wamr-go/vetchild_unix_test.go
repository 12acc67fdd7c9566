//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
)

// TestVetChildren replaces the program by scripts that behave worse than any
// guest can make it.
func TestVetChildren(t *testing.T) {
	for _, tc := range []struct {
		name, script string
		most         time.Duration
		want         vet.Verdict
		reason       string
	}{
		{"ends itself", "kill -KILL $$", time.Minute, vet.Crashed, "its process was ended by a signal: killed"},
		{"panics", "echo 'panic: oops' >&2; echo >&2; echo 'goroutine 1 [running]:' >&2; exit 2", time.Minute, vet.Crashed, "panic: oops"},
		{"says nothing", "exit 0", time.Minute, vet.Crashed, "its process ended without a report (exit code 0)"},
		{"writes a lot", "yes 'error: a lot' | head -c 10000000 >&2; exit 125", time.Minute, vet.Failed, "a lot"},
		{"hangs", "exec sleep 600", 50 * time.Millisecond, vet.TimedOut, "it took longer than 50ms, and its process was killed"},
		{"writes no JSON", `echo nonsense > "${2#--report-file=}"`, time.Minute, vet.Crashed, "its report cannot be read: invalid character 'o' in literal null (expecting 'u')"},
	} {
		dir := t.TempDir()
		program := filepath.Join(dir, "program")
		if err := os.WriteFile(program, []byte("#!/bin/sh\n"+tc.script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		c := vetChildren{program: program, dir: dir, most: tc.most, kill: t.Context()}
		e := c.run(t.Context(), 1, vet.Module{Name: "m.wasm", Path: "m.wasm"})
		if e.Verdict != tc.want || e.Reason != tc.reason || e.ExitCode == nil {
			t.Errorf("%s: %+v", tc.name, e)
		}
	}
	missing := vetChildren{program: "/nonexistent", dir: t.TempDir(), most: time.Minute, kill: t.Context()}
	if e := missing.run(t.Context(), 1, vet.Module{Name: "m.wasm"}); e.Verdict != vet.Failed || e.ExitCode != nil {
		t.Errorf("no program: %+v", e)
	}
}

// TestVetKill: the second Ctrl-C ends a process that ignores the first one.
func TestVetKill(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\ntrap '' TERM\ntouch \""+dir+"/ready\"\nexec sleep 600\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	kill, killNow := context.WithCancel(t.Context())
	go func() {
		defer killNow()
		defer cancel()
		for t.Context().Err() == nil {
			if _, err := os.Stat(filepath.Join(dir, "ready")); err == nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	c := vetChildren{program: program, dir: dir, most: time.Hour, kill: kill}
	e := c.run(ctx, 1, vet.Module{Name: "m.wasm"})
	if e.Verdict != vet.Missing || e.Reason != "the run was interrupted while it ran" {
		t.Errorf("%+v", e)
	}
}
