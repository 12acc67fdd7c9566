//go:build unix

package main

import (
	"fmt"
	"syscall"
	"testing"
)

// TestCatchInterrupts sends this process the signals of a user and a
// supervisor.
func TestCatchInterrupts(t *testing.T) {
	called := make(chan string, 1)
	does := func(what string) func(syscall.Signal) {
		return func(s syscall.Signal) { called <- fmt.Sprint(what, " ", exitSignal(s)) }
	}
	actions := interruptActions{does("first"), func() { called <- "overdue" }, does("second")}
	for _, signals := range [][2]syscall.Signal{
		{syscall.SIGINT, syscall.SIGINT},
		{syscall.SIGTERM, syscall.SIGINT},
		{syscall.SIGTERM, syscall.SIGTERM},
		{syscall.SIGHUP, syscall.SIGHUP},
	} {
		watch := catchInterrupts(actions)
		watch.wait()
		send := func(s syscall.Signal) {
			if err := syscall.Kill(syscall.Getpid(), s); err != nil {
				t.Fatal(err)
			}
		}
		send(signals[0])
		if got := <-called; got != fmt.Sprint("first ", exitSignal(signals[0])) {
			t.Fatalf("%v: %s", signals[0], got)
		}
		if got := <-called; got != "overdue" {
			t.Fatalf("after a while: %s", got)
		}
		send(signals[1])
		if got := <-called; got != fmt.Sprint("second ", exitSignal(signals[1])) {
			t.Fatalf("then %v: %s", signals[1], got)
		}
		watch.stop()
	}
	catchInterrupts(actions).stop() // without a signal, perhaps before it watches
	if len(called) > 0 {
		t.Error(<-called)
	}
}
