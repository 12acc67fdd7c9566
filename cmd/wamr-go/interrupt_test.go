//go:build unix

package main

import (
	"syscall"
	"testing"
)

// TestCatchInterrupts sends this process what a user and a supervisor send.
func TestCatchInterrupts(t *testing.T) {
	called := make(chan string, 1)
	does := func(what string) func() { return func() { called <- what } }
	actions := interruptActions{does("first"), does("overdue"), does("second")}
	for _, signals := range [][2]syscall.Signal{
		{syscall.SIGINT, syscall.SIGINT},
		{syscall.SIGTERM, syscall.SIGINT},
		{syscall.SIGTERM, syscall.SIGTERM},
	} {
		watch := catchInterrupts(actions)
		watch.wait()
		send := func(s syscall.Signal) {
			if err := syscall.Kill(syscall.Getpid(), s); err != nil {
				t.Fatal(err)
			}
		}
		send(signals[0])
		if got := <-called; got != "first" {
			t.Fatalf("%v: %s", signals[0], got)
		}
		if got := <-called; got != "overdue" {
			t.Fatalf("after a while: %s", got)
		}
		send(signals[1])
		if got := <-called; got != "second" {
			t.Fatalf("then %v: %s", signals[1], got)
		}
		watch.stop()
	}
	catchInterrupts(actions).stop() // without a signal, perhaps before it watches
	if len(called) > 0 {
		t.Error(<-called)
	}
}
