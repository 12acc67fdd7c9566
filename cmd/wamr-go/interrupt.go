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

// interrupts are being watched for.
type interrupts struct{ ready, done, ended chan struct{} }

// catchInterrupts begins to watch for signals. To register for one takes some
// changes from thread to thread, a good tenth of a short run's time, which pass
// while the module is loaded: see wait.
func catchInterrupts(do interruptActions) interrupts {
	i := interrupts{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	go i.watch(do)
	return i
}

func (i interrupts) watch(do interruptActions) {
	defer close(i.ended)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	close(i.ready)
	select {
	case <-signals:
		do.first()
	case <-i.done:
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
		case <-i.done:
			return
		}
	}
}

// wait returns once signals are caught; until then they end the process.
func (i interrupts) wait() { <-i.ready }

// stop ends the watch.
func (i interrupts) stop() {
	close(i.done)
	<-i.ended
}
