package main

import (
	"fmt"
	"strings"
)

// fault is a deliberate loss in wamr-go, and its expected name in the report.
type fault struct {
	name  string
	every int // cycles in which it happens once

	ledger   string // kind of the ledger's leak, or
	kind     string // kind of the census' row,
	identity string // and a part of its identity
	objects  float64
}

// guest is a program, and the way to run it.
type guest struct {
	name   string
	module string
	args   []string
	dir    bool   // it needs a directory, at /data
	export string // that is called in one instance; "" for cycles
	alone  bool   // it disturbs itself when it runs twice at once
	slow   int    // how many times fewer cycles it runs; 0 means 1
}

// testCase is a way to run a guest, and the expected report.
type testCase struct {
	guest
	fault   fault // the zero fault for a clean run
	workers int
	runs    int
}

func (c testCase) name() string {
	name := "clean"
	if c.fault.name != "" {
		name = fmt.Sprintf("%s/%d", c.fault.name, c.fault.every)
	}
	how := fmt.Sprintf("-w%d", c.workers)
	if c.export != "" {
		how = "calls"
	}
	return strings.Join([]string{name, c.guest.name, how}, " ")
}

var (
	hello  = guest{name: "hello", module: "testdata/c/hello.wasm"}
	demo   = guest{name: "demo", module: "testdata/c/demo.wasm", args: []string{"/data"}, dir: true}
	plugin = guest{name: "plugin", module: "testdata/c/plugin.wasm", args: []string{"100"}, export: "tidy"}
)

// faultCases returns the faults at each rate. A loss in every hundredth call must fill
// pages of the guest's memory to be visible in a thousand calls.
func faultCases(runs int) (cases []testCase) {
	for _, row := range []struct {
		guest
		fault
	}{
		{hello, fault{name: "prestats-lock", ledger: "prestat_lock"}},
		{hello, fault{name: "fd-entry", ledger: "fd_entry"}},
		{demo, fault{name: "dir-stream", ledger: "dir_stream"}},
		{hello, fault{name: "slot", ledger: "slot"}},
		{hello, fault{name: "host-fd", kind: "descriptor", identity: "/dev/null"}},
		{hello, fault{name: "goroutine", kind: "goroutine", identity: "engine.sleepForever"}},
		// The thread may be one that was idle: then only its goroutine is new.
		{hello, fault{name: "thread", kind: "goroutine", identity: "engine.loseThread"}},
		{hello, fault{name: "go-heap:64", kind: "go_heap", identity: "engine.loseHeap"}},
		{hello, fault{name: "mmap:4096", kind: "mapping", identity: "anonymous rw-p"}},
		{plugin, fault{name: "go-heap:64", kind: "go_heap", identity: "engine.loseHeap"}},
		{plugin, fault{name: "guest-memory:4096", every: 1, kind: "guest_memory", identity: "linear memory", objects: 1. / 16}},
		{plugin, fault{name: "guest-memory:65536", every: 100, kind: "guest_memory", identity: "linear memory"}},
	} {
		if row.objects == 0 {
			row.objects = 1
		}
		rates := []int{1, 100}
		if row.every > 0 {
			rates = []int{row.every}
		}
		for _, row.every = range rates {
			for workers := 1; workers <= row.workers(); workers++ {
				cases = append(cases, testCase{row.guest, row.fault, workers, runs})
			}
		}
	}
	return cases
}

// cleanCases returns runs that lose nothing. goHello is a module built from Go.
func cleanCases(runs int, goHello string) (cases []testCase) {
	for _, g := range []guest{
		hello, demo, plugin,
		{name: "gohello", module: goHello, slow: 4},
		{name: "c++", module: "testdata/cpp/words.wasm"},
		{name: "files", module: "testdata/c/files.wasm", args: []string{"/data"}, dir: true, alone: true, slow: 20}, // it syncs files
		{name: "reopen", module: plugin.module, dir: true, export: "reopen"},
	} {
		for workers := 1; workers <= g.workers(); workers++ {
			cases = append(cases, testCase{guest: g, workers: workers, runs: runs})
		}
	}
	return cases
}

// workers returns how many of the two workers can run the guest at once.
func (g guest) workers() int {
	if g.alone || g.export != "" {
		return 1
	}
	return 2
}
