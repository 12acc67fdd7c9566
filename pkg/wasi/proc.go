package wasi

import (
	"runtime"

	"github.com/tetratelabs/wazero/sys"
)

// procExit: proc_exit(rval). The panic unwinds the guest's stack; wazero
// returns the *sys.ExitError from the function that was called.
func procExit(_ *System, _ memory, p []uint64) Errno {
	panic(sys.NewExitError(uint32(p[0])))
}

// What a signal does to a program that handles none. Source: preview1 docs,
// section signal, and POSIX, signal.h.
const (
	signalTerm = iota // ends the program
	signalStop        // stops it, which a guest cannot be
	signalIgnore
)

// signals are numbered as in preview1: 0 is none, 1 HUP to 30 SYS.
var signals = [...]uint8{
	0:  signalIgnore,
	16: signalIgnore,                                               // CHLD
	17: signalIgnore,                                               // CONT
	18: signalStop, 19: signalStop, 20: signalStop, 21: signalStop, // STOP, TSTP, TTIN, TTOU
	22: signalIgnore, // URG
	27: signalIgnore, // WINCH
	30: signalTerm,   // SYS
}

// procRaise: proc_raise(sig). A guest has no handlers, so that the default
// action is taken: it ends as a shell says of a signalled program, with 128
// and the signal's number.
func procRaise(_ *System, _ memory, p []uint64) Errno {
	sig := uint32(p[0])
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
func schedYield(*System, memory, []uint64) Errno {
	runtime.Gosched()
	return ESUCCESS
}

// randomGet: random_get(buf, buf_len). The bytes are the system's.
func randomGet(_ *System, m memory, p []uint64) Errno {
	b, errno := m.bytes(uint32(p[0]), uint32(p[1]))
	if errno != ESUCCESS {
		return errno
	}
	osRandom(b)
	return ESUCCESS
}
