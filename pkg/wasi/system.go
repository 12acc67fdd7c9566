package wasi

import (
	"errors"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// System is the WASI state of one guest: arguments, environment, descriptors
// and preopened directories. Make one with [NewSystem], call the
// guest with a context from [WithSystem], and end it with [System.Close].
//
// A System is not safe for concurrent use. Its guest can run on one goroutine
// at a time, but its calls can nest: a stream of the [Config] may call the
// guest from its Read or Write.
type System struct {
	// State of the instance that is fixed once NewSystem has returned. Threads
	// can read it without a lock.
	scope      *memstat.Scope
	self       memstat.Handle
	args       stringList
	environ    stringList
	trace      *Trace    // its Writer must be safe for threads
	traceTo    *openFile // the trace's destination, outside the table of descriptors
	maxStreams int

	// State of the instance that calls change. With threads, each needs a lock
	// where the comment says.
	fds      fdTable      // see fdTable; the open files have state, too
	prestats prestatTable // has its lock
	streams  []*openFile  // the directories with a stream, oldest first; some may be closed; fds' lock
	closed   bool         // Close ends all threads before it sets this

	// State of calls is in call values. These lists need one lock.
	free  *call // call values that no call uses, the last used first
	calls *call // all call values, the newest first
	first call  // the oldest one: an instance whose calls do not overlap needs no other
	size  int64 // the size of the System and its call values in bytes, for the account
}

const systemSize = int64(unsafe.Sizeof(System{}))

// NewSystem returns a System for cfg. It acquires all resources of the System
// in scope, which may be nil for no accounting. The caller must close the
// System, and then the scope.
//
// If NewSystem fails, it has released everything that it acquired. The error is
// a *[PreopenError] if a Preopen cannot be used, an [Errno] if the descriptors
// exceed the limit, and an *[ArgBytesError] if the arguments or the environment
// exceed theirs. Otherwise it names the invalid argument or variable, or the
// reason why a listener cannot be duplicated.
func NewSystem(cfg Config, scope *memstat.Scope) (*System, error) {
	limits := cfg.Limits.withDefaults()
	if err := errors.Join(
		checkStrings("argument", cfg.Args, limits.ArgBytes),
		checkStrings("environment", cfg.Env, limits.ArgBytes),
	); err != nil {
		return nil, err
	}

	s := &System{scope: scope, trace: cfg.Trace, maxStreams: limits.DirStreams, size: systemSize}
	if s.trace != nil {
		s.traceTo = outputFile(s.trace.Writer)
	}
	s.first.system = s
	s.free, s.calls = &s.first, &s.first
	s.self = scope.Acquire(memstat.KindSystem, s.size)
	s.args.init(scope, memstat.KindArgs, cfg.Args)
	s.environ.init(scope, memstat.KindEnviron, cfg.Env)
	// Make room for stdio, preopens and a few files, so the table rarely grows.
	const stdio, files = 3, 5
	preopened := len(cfg.Preopens) + len(cfg.Listeners)
	s.fds.init(scope, cfg.Faults, limits.FDs, stdio+preopened+files)
	room := 0
	if len(cfg.Preopens) > 0 {
		room = stdio + len(cfg.Preopens)
	}
	s.prestats.init(scope, cfg.Faults, room)

	// From here on Close releases everything, even if a step below fails.
	if err := s.open(cfg); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open fills the tables: stdio, preopens, listeners.
func (s *System) open(cfg Config) error {
	for _, f := range []*openFile{
		inputFile(cfg.Stdin), outputFile(cfg.Stdout), outputFile(cfg.Stderr),
	} {
		if _, errno := s.fds.insert(f); errno != ESUCCESS {
			return errno
		}
	}
	for _, p := range cfg.Preopens {
		f, err := p.open()
		if err != nil {
			return err
		}
		fd, errno := s.fds.insert(f)
		if errno != ESUCCESS {
			return &PreopenError{p.host, errno}
		}
		s.prestats.insert(fd, p.guest)
	}
	for _, l := range cfg.Listeners {
		f, err := duplicateListener(l)
		if err != nil {
			return err
		}
		if _, errno := s.fds.insert(f); errno != ESUCCESS {
			return errno
		}
	}
	return nil
}

// Close releases everything that NewSystem and the guest acquired, in reverse
// order. It always releases all of it; the error joins those of closing
// descriptors. A second Close does nothing and returns nil.
//
// The guest must not run any more. A call with a closed System panics.
func (s *System) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	for c := s.calls; c != nil; c = c.older {
		c.destroy()
	}
	s.prestats.destroy()
	err := s.fds.destroy()
	if s.traceTo != nil {
		err = errors.Join(err, s.traceTo.release(s.scope, 0))
	}
	s.environ.destroy(s.scope)
	s.args.destroy(s.scope)
	s.streams = nil
	s.scope.Release(s.self)
	return err
}
