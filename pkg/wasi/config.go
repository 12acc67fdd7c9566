package wasi

import (
	"io"
	"os"
)

// Config describes the resources that a guest gets from its host. With the zero
// Config the guest has no arguments, no environment, no directories and an
// empty standard input, and its output is discarded. The package does not
// change a Config. One Config may serve any number of Systems, also at the same
// time if its streams and trace allow it.
type Config struct {
	Args []string // the program's name comes first; no NUL bytes
	Env  []string // each "NAME=value"; no NUL bytes

	// Stdin, Stdout and Stderr become descriptors 0, 1 and 2. The caller keeps
	// owning them; closing a System does not close them. A nil Stdin is empty,
	// a nil Stdout or Stderr discards.
	//
	// The guest uses the descriptor of an *os.File directly, and shares its
	// position; its mode does not change.
	//
	// A wait for any of them ends with the context; see [WithSystem]. If the context
	// can end, Read and Write of a stream that is neither an *os.File nor in memory,
	// such as a bytes.Buffer, run on a goroutine of their own, one at a time. If such a
	// call has not returned 0.1 s after the context is done, it is left behind. It may
	// still use the stream, and the System's next Read gets the bytes that it reads. If
	// it has not returned when the System is closed, it is a leak of the kind
	// stream_call. A stream that calls the guest must return when the context is done.
	// must return when the context is done.
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	// Preopens become descriptors 3 and up, in this order. Make them with
	// OpenPreopen. The caller keeps owning them and closes them when no more
	// Systems will be made of this Config.
	Preopens []*Preopen

	// Listeners are listening stream sockets. They become the descriptors after
	// the preopens. NewSystem duplicates them, so the caller must close its own.
	// The sockets become non-blocking.
	Listeners []*os.File

	Limits Limits
	Faults Fault  // leaks on purpose; 0 for none
	Trace  *Trace // nil traces no calls
}

// Limits bounds the resources that a guest can make its host hold. A field that
// is 0 or negative means the default.
type Limits struct {
	// FDs is the maximum number of open descriptors, including preopens and
	// stdio. The default is 4096. Beyond it the guest gets EMFILE.
	FDs int
	// DirStreams is the maximum number of directories that are buffered at
	// once, with 32 KiB each. The guest can read more directories, with more
	// system calls. The default is 64.
	DirStreams int
	// ArgBytes is the maximum size in bytes of the arguments, and of the
	// environment, terminators included. The default is 1 MiB. NewSystem fails
	// if there are more.
	ArgBytes int
}

// The default [Limits].
const (
	DefaultFDs        = 4096
	DefaultDirStreams = 64
	DefaultArgBytes   = 1 << 20
)

func (l Limits) withDefaults() Limits {
	if l.FDs <= 0 {
		l.FDs = DefaultFDs
	}
	if l.DirStreams <= 0 {
		l.DirStreams = DefaultDirStreams
	}
	if l.ArgBytes <= 0 {
		l.ArgBytes = DefaultArgBytes
	}
	return l
}
