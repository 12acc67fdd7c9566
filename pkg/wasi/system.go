package wasi

import (
	"context"
	"errors"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// System is the host as one guest sees it. It is not safe for concurrent use:
// it serves one call of one guest at a time. [System.Close] ends it.
type System struct {
	scope    *memstat.Scope
	self     memstat.Handle
	args     stringList
	environ  stringList
	fds      fdTable
	prestats prestatTable
	trace    *Trace

	streams    []*openFile // directories that have one, oldest first; some may be closed
	maxStreams int

	closed bool

	// Of the call in progress, kept here so that a call allocates nothing.
	ctx    context.Context
	memory memoryCache
	bufs   [][]byte
	paths  [2][]byte
	poller poller
}

const systemSize = int64(unsafe.Sizeof(System{}))

// NewSystem makes a system of cfg, and acquires all that it holds in scope
// (which may be nil). The caller closes it, before the scope. On error,
// everything acquired so far has been released; a *PreopenError says which
// directory could not be opened.
func NewSystem(cfg Config, scope *memstat.Scope) (*System, error) {
	limits := cfg.Limits.withDefaults()
	if err := errors.Join(
		checkStrings("argument", cfg.Args, limits.ArgBytes),
		checkStrings("environment", cfg.Env, limits.ArgBytes),
	); err != nil {
		return nil, err
	}

	s := &System{scope: scope, trace: cfg.Trace, maxStreams: limits.DirStreams}
	s.self = scope.Acquire(memstat.KindSystem, systemSize)
	s.args.init(scope, memstat.KindArgs, cfg.Args)
	s.environ.init(scope, memstat.KindEnviron, cfg.Env)
	// Room for stdio, what is preopened, and a few files before it grows.
	const stdio, files = 3, 5
	preopened := len(cfg.Preopens) + len(cfg.Listeners)
	s.fds.init(scope, limits.FDs, stdio+preopened+files)
	room := 0
	if len(cfg.Preopens) > 0 {
		room = stdio + len(cfg.Preopens)
	}
	s.prestats.init(scope, cfg.Faults, room)

	// All that Close gives back is there now; what follows can fail.
	if err := s.open(cfg); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open fills the tables: stdio, preopens, listeners.
func (s *System) open(cfg Config) error {
	for _, d := range []*openFile{
		inputFile(cfg.Stdin), outputFile(cfg.Stdout), outputFile(cfg.Stderr),
	} {
		if _, errno := s.fds.insert(d); errno != ESUCCESS {
			return errno
		}
	}
	for _, p := range cfg.Preopens {
		d, err := openPreopen(p)
		if err != nil {
			return &PreopenError{p, err}
		}
		fd, errno := s.fds.insert(d)
		if errno != ESUCCESS {
			return &PreopenError{p, errno}
		}
		name := p.Guest
		if name == "" {
			name = p.Host
		}
		s.prestats.insert(fd, name)
	}
	for _, f := range cfg.Listeners {
		d, err := duplicateListener(f)
		if err != nil {
			return err
		}
		if _, errno := s.fds.insert(d); errno != ESUCCESS {
			return errno
		}
	}
	return nil
}

// Close gives back all that NewSystem and the guest acquired, in reverse
// order, unconditionally. A second Close does nothing. The guest must not
// run any more. The error joins those of closing the host's descriptors,
// which are closed all the same.
func (s *System) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	s.poller.destroy(s.scope)
	s.prestats.destroy()
	err := s.fds.destroy()
	s.environ.destroy(s.scope)
	s.args.destroy(s.scope)
	s.streams, s.bufs, s.memory, s.ctx = nil, nil, memoryCache{}, nil
	s.scope.Release(s.self)
	return err
}
