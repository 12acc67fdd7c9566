package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// interruptActions are what is done about SIGINT and SIGTERM. They are called
// from another goroutine, one at a time.
type interruptActions struct {
	first   func() // ends the run in good order
	overdue func() // if that takes a while
	second  func() // ends the process
}

const patience = time.Second

// catchInterrupts watches for signals until the function that it returns is
// called.
func catchInterrupts(do interruptActions) (stop func()) {
	signals := make(chan os.Signal, 2)
	done, ended := make(chan struct{}), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer close(ended)
		select {
		case <-signals:
			do.first()
		case <-done:
			return
		}
		late := time.NewTimer(patience)
		defer late.Stop()
		for {
			select {
			case <-signals:
				do.second()
			case <-late.C:
				do.overdue()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
		<-ended
	}
}
