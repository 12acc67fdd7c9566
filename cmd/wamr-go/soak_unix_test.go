//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// TestMetricsAddressInUse: it is told before the module is even looked at, and
// the former report stays.
func TestMetricsAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	file := filepath.Join(t.TempDir(), "r.json")
	if err := os.WriteFile(file, []byte("former"), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, messages bytes.Buffer
	code := run([]string{"--metrics", l.Addr().String(), "--cycles", "3", "--report-file", file, "missing.wasm"}, strings.NewReader(""), &out, &messages)
	if code != exitCannotRun || !strings.Contains(messages.String(), "address already in use") || out.Len() > 0 {
		t.Errorf("exit code %d, %q, %q", code, &out, &messages)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "former" {
		t.Errorf("the former report is %q, %v", text, err)
	}
}

// TestReportsWhileRunning replaces a report again and again, while a reader never
// sees half of one and a guest puts links in its place.
func TestReportsWhileRunning(t *testing.T) {
	dir := t.TempDir()
	file, victim := filepath.Join(dir, "d", "r.json"), filepath.Join(dir, "victim")
	if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(victim, []byte("victim"), 0o666); err != nil {
		t.Fatal(err)
	}
	o := &options{cycles: 10, reports: []reportWish{{format: "json", file: file}}, reportEvery: time.Nanosecond, cycleOutput: outputNone}
	var messages bytes.Buffer
	a := &app{stdout: io.Discard, stderr: &messages, ui: &ui{w: &messages}}
	reports, err := openReports(a, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reports.close() }()
	w, err := newWatch(a.ui, o, engine.Run{Arguments: []string{strings.Repeat("x", 1<<20)}}, reports)
	if err != nil {
		t.Fatal(err)
	}
	w.tick(time.Now().Add(time.Second))
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for i := range 50 {
			if i%10 == 5 {
				if err := os.Remove(file); err != nil {
					t.Error(err)
				}
				if err := os.Symlink(victim, file); err != nil {
					t.Error(err)
				}
			}
			w.tick(time.Now().Add(time.Duration(i+2) * time.Second))
		}
	})
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			text, err := os.ReadFile(file)
			var r report.Report
			if err == nil && string(text) != "victim" && json.Unmarshal(text, &r) != nil {
				t.Errorf("a reader saw %d bytes: %.40q", len(text), text)
			}
		}
	})
	wg.Wait()
	if text, err := os.ReadFile(victim); err != nil || string(text) != "victim" {
		t.Errorf("the victim is %q, %v", text, err)
	}
	// A directory that is moved away takes the reports along.
	moved := filepath.Join(dir, "moved")
	if err := os.Rename(filepath.Dir(file), moved); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	w.tick(time.Now().Add(time.Hour))
	if entries, err := filepath.Glob(filepath.Join(dir, "*.json*")); err != nil || len(entries) > 0 {
		t.Errorf("%q, %v", entries, err)
	}
	if entries, err := filepath.Glob(filepath.Join(moved, "*")); err != nil || len(entries) != 1 || messages.Len() > 0 {
		t.Errorf("%q, %v, %q", entries, err, &messages)
	}
}

// TestReportSoFarIsLost: a report that cannot be written meanwhile is a warning,
// once.
func TestReportSoFarIsLost(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d", "r.json")
	if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	o := &options{cycles: 10, reportFile: file}
	var messages bytes.Buffer
	a := &app{stdout: io.Discard, stderr: &messages, ui: &ui{w: &messages}}
	reports, err := openReports(a, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reports.close() }()
	w, err := newWatch(a.ui, o, engine.Run{}, reports)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		w.tick(time.Now().Add(time.Duration(i+1) * time.Hour))
	}
	if n := strings.Count(messages.String(), "warning: "); n != 1 || !strings.Contains(messages.String(), file) {
		t.Errorf("%q", &messages)
	}
}
