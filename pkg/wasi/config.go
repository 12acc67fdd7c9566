package wasi

import (
	"fmt"
	"io"
	"os"
)

// Config is what a guest gets from its host. The zero Config is a guest with
// no arguments, no environment, no directories, empty standard input and
// discarded output. A Config is not changed by this package and may serve any
// number of systems.
type Config struct {
	Args []string // the program's name first; no NUL bytes
	Env  []string // "NAME=value"; no NUL bytes

	// Stdin, Stdout and Stderr become descriptors 0, 1 and 2. An *os.File is
	// used by its descriptor, and is not closed with the system. Nil means
	// empty input and discarded output.
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	// Preopens become descriptors 3 and up, in this order, each with a prestat.
	Preopens []Preopen

	// Listeners are listening stream sockets, and become the descriptors after
	// the preopens. They are duplicated; the caller keeps and closes his own.
	Listeners []*os.File

	Limits Limits
	Faults Fault
	Trace  *Trace // nil: calls are not traced
}

// Preopen is a host directory that a guest may use.
type Preopen struct {
	Host     string // path of the directory on the host
	Guest    string // name that the guest sees; "" means Host
	ReadOnly bool   // every write is denied with EROFS, as on a read-only mount
}

// Limits bound what a guest can make its host hold. Zero means the default.
type Limits struct {
	FDs int // open descriptors, preopens and stdio included; default 4096
	// DirStreams is how many directories are buffered (32 KiB each) at once.
	// More can be read, with more system calls. Default 64.
	DirStreams int
	ArgBytes   int // bytes of arguments and of environment, each; default 1 MiB
}

// The limits of a Config that sets none.
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

// PreopenError says which preopen could not be opened.
type PreopenError struct {
	Preopen Preopen
	Err     error
}

func (e *PreopenError) Error() string {
	return fmt.Sprintf("preopen %q: %v", e.Preopen.Host, e.Err)
}

func (e *PreopenError) Unwrap() error { return e.Err }
