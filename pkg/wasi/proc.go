package wasi

import (
	"runtime"

	"github.com/tetratelabs/wazero/sys"
)

// procExit: proc_exit(rval). The panic unwinds the guest's stack. wazero
// returns the *sys.ExitError from the function that was called.
func procExit(c *call) Errno {
	panic(sys.NewExitError(c.u32(0)))
}

// The default actions of signals: their effect on a program that does not
// handle them. Source: preview1 docs, section signal, and POSIX, signal.h.
const (
	signalTerm = iota // ends the program
	signalStop        // stops it, which a guest cannot be
	signalIgnore
)

// signals holds each signal's default action by its number in preview1, in
// which 0 is no signal, 1 is HUP and 30 is SYS.
var signals = [...]uint8{
	0:  signalIgnore,
	16: signalIgnore,                                               // CHLD
	17: signalIgnore,                                               // CONT
	18: signalStop, 19: signalStop, 20: signalStop, 21: signalStop, // STOP, TSTP, TTIN, TTOU
	22: signalIgnore, // URG
	27: signalIgnore, // WINCH
	30: signalTerm,   // SYS
}

// procRaise: proc_raise(sig). A guest has no handlers, so the signal takes its
// default action. A signal that ends the guest gives the exit code that a
// shell reports for a signalled program, 128 plus the signal's number.
func procRaise(c *call) Errno {
	sig := c.u32(0)
	if sig >= uint32(len(signals)) {
		return EINVAL
	}
	switch signals[sig] {
	case signalIgnore:
		return ESUCCESS
	case signalStop:
		return ENOTSUP
	}
	panic(sys.NewExitError(128 + sig))
}

// schedYield: sched_yield().
func schedYield(*call) Errno {
	runtime.Gosched()
	return ESUCCESS
}

// randomGet: random_get(buf, buf_len).
func randomGet(c *call) Errno {
	b, errno := c.buffer(0)
	if errno != ESUCCESS {
		return errno
	}
	// A piece takes some milliseconds.
	const most = 1 << 20 // bytes
	for len(b) > most {
		osRandom(b[:most])
		b = b[most:]
		c.exitIfDone()
	}
	osRandom(b)
	return ESUCCESS
}
