package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// interruptActions respond to SIGINT, SIGTERM and SIGHUP. They are called from other
// goroutines, because their messages may have to wait: standard error may be a pipe
// that nobody reads.
type interruptActions struct {
	first   func(syscall.Signal) // ends the run in good order, and does not wait
	overdue func()               // if that takes a while
	second  func(syscall.Signal) // ends the process
}

const (
	// patience is the time that a run may take to end before overdue is called.
	patience = time.Second
	// cycleGrace is the time that the cycle in progress may take to end after a
	// signal, or after --duration. Then its guest is ended.
	cycleGrace = patience / 2
	// sayPatience is the time that wamr-go tries to print the end of a run that a
	// signal or a timeout ended. The reader may be gone.
	sayPatience = 5 * time.Second
	// lastPatience is the time after a signal at which the process ends in any
	// case.
	lastPatience = 10 * time.Second
)

// exitAfter ends the process with the code after a while, unless stop is called
// before.
func exitAfter(d time.Duration, code int) (stop func()) {
	timer := time.AfterFunc(d, func() { os.Exit(code) })
	return func() { timer.Stop() }
}

// endedBySignal is the cause of a context that a signal ended.
type endedBySignal struct{ syscall.Signal }

func (e endedBySignal) Error() string { return "ended by signal " + e.String() }

// Is makes it an error of a cancelled context.
func (endedBySignal) Is(target error) bool { return target == context.Canceled }

// signalOf returns the signal that ended ctx, or 0.
func signalOf(ctx context.Context) syscall.Signal {
	var ended endedBySignal
	errors.As(context.Cause(ctx), &ended)
	return ended.Signal
}

// endBySignal returns the responses to signals: the first one ends the run in good
// order, with a message if that takes a while; the second one ends the process at once.
func endBySignal(u *ui, cycling bool, end context.CancelCauseFunc) interruptActions {
	return interruptActions{
		first: func(s syscall.Signal) {
			end(endedBySignal{s})
			exitAfter(lastPatience, exitSignal(s))
		},
		overdue: func() {
			if cycling {
				u.hintf("the work in progress is not over yet; press Ctrl-C again to end at once")
			} else {
				u.hintf("the guest has not ended yet; press Ctrl-C again to end at once")
			}
		},
		second: func(s syscall.Signal) {
			exitAfter(patience/10, exitSignal(s))
			u.errorf("interrupted (exit code %d)", exitSignal(s))
			os.Exit(exitSignal(s))
		},
	}
}

// exitSignal returns the exit code that shells use for a process that a signal
// ended.
func exitSignal(s syscall.Signal) int { return 128 + int(s) }

// interrupts is a watch for signals.
type interrupts struct{ ready, done, ended chan struct{} }

// catchInterrupts begins to watch for signals. Registering takes some switches
// between threads, a tenth of a short run's time, so it happens while the module
// is loaded: see wait.
func catchInterrupts(do interruptActions) interrupts {
	i := interrupts{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	go i.watch(do)
	return i
}

func (i interrupts) watch(do interruptActions) {
	defer close(i.ended)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	close(i.ready)
	select {
	case s := <-signals:
		do.first(s.(syscall.Signal)) // Notify sends no other type
	case <-i.done:
		return
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case s := <-signals:
			go do.second(s.(syscall.Signal))
		case <-late.C:
			go do.overdue()
		case <-i.done:
			return
		}
	}
}

// wait returns once signals are caught. Until then they end the process.
func (i interrupts) wait() { <-i.ready }

// stop ends the watch.
func (i interrupts) stop() {
	close(i.done)
	<-i.ended
}
