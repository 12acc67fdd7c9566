//go:build linux

package waiting

import (
	"io"
	"math"
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// Case is a guest that waits for an event in a WASI call, or that does not end
// by itself.
type Case struct {
	Function string // the WASI function; "" if the guest computes
	What     string // the event that it waits for, or its activity
	// Ready is the descriptor, 1 or 2, to which the guest writes a line, ReadyText,
	// before it waits.
	Ready int

	// Host makes the event's source. It is closed with the test.
	Host func(t testing.TB) Host

	guest guest
}

// ReadyText is the line that a guest prints before it waits.
const ReadyText = "ready\n"

// Name names the case.
func (c *Case) Name() string {
	if c.Computes() {
		return "computing/" + c.What
	}
	return c.Function + "/" + c.What
}

// Computes reports whether the guest makes no WASI call in which it could be
// ended.
func (c *Case) Computes() bool { return c.Function == "" }

// Wasm is the guest's module.
func (c *Case) Wasm() []byte { return c.guest.wasm(int64(c.Ready)) }

// Host is the resources of a guest. Fields that the case does not need are nil.
type Host struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Dir    string // a directory to preopen
	Listen bool   // the guest accepts connections, on descriptor 3
	Dial   bool   // and the test connects, and sends nothing
}

// InProcess reports whether only a Go program can give the guest this host,
// because a stream is not one of the system's.
func (h *Host) InProcess() bool {
	for _, s := range []any{h.Stdin, h.Stdout, h.Stderr} {
		if _, ok := s.(interface{ Fd() uintptr }); s != nil && !ok {
			return true
		}
	}
	return false
}

// The guests' descriptors. A case has a directory or a listener, not both.
const (
	stdin, stdout = 0, 1
	stderr        = 2
	root          = 3
	listener      = 3
	opened        = 4 // by path_open or sock_accept
)

const (
	fifoName  = "fifo"
	fileName  = "file"
	eventTime = 0
	eventRead = 1
	eventSend = 2
	waitall   = 2
)

// Rights. Source: preview1 docs, section rights.
const (
	rightRead  = 1 << 1
	rightSeek  = 1 << 2
	rightWrite = 1 << 6
	rightPoll  = 1 << 27
)

// open opens the FIFO.
func open(rights int64) call {
	return call{"path_open", []int64{root, 0, atPath, int64(len(fifoName)), 0, rights, 0, 0, atResult}}
}

var accept = call{"sock_accept", []int64{listener, 0, atResult}}

func read(fd int64) call  { return call{"fd_read", []int64{fd, atBuffer, 1, atResult}} }
func write(fd int64) call { return call{"fd_write", []int64{fd, atBuffer, 1, atResult}} }

func calls(list ...call) guest { return guest{calls: list} }

// writesMuch writes 255 MiB, more than a pipe or a socket buffers.
func writesMuch(function string, fd int64, before ...call) guest {
	args := []int64{fd, atMany, maxBuffers, atResult}
	if function == "sock_send" {
		args = []int64{fd, atMany, maxBuffers, 0, atResult}
	}
	return guest{
		pages: 8,
		data:  []segment{{atMany, many(255 << 10)}},
		calls: append(slices.Clone(before), call{function, args}),
	}
}

// movesFile reads or writes all but 2 GiB of a file, to or from the same memory.
func movesFile(function string, rights int64, offset ...int64) guest {
	args := append(append([]int64{opened, atMany, maxBuffers}, offset...), atResult)
	return guest{
		pages: 64,
		data:  []segment{{atMany, many(2<<20 - 1)}, {atPath, []byte(fileName)}},
		calls: []call{
			{"path_open", []int64{root, 0, atPath, int64(len(fileName)), 0, rights, 0, 0, atResult}},
			{function, args},
			{"sched_yield", nil}, // ends the guest if the call was not ended
		},
	}
}

const maxBuffers = 1024

// many lists the same buffer as often as one call allows.
func many(size int) []byte {
	return buffers(slices.Repeat([]buffer{{atData, size}}, maxBuffers)...)
}

func polls(subscriptions ...[]byte) guest {
	return guest{
		data:  []segment{{atPoll, slices.Concat(subscriptions...)}},
		calls: []call{{"poll_oneoff", []int64{atPoll, atEvents, int64(len(subscriptions)), atResult}}},
	}
}

func pollsFIFO() guest {
	g := polls(subscription(eventRead, opened, 0))
	g.calls = append([]call{open(rightRead | rightPoll)}, g.calls...)
	return g
}

const (
	randomPages = 8 << 10 // half a gigabyte
	randomBytes = randomPages * pageSize
)

// Cases lists the cases. Each function of [wasi.WaitEvent] has some, and so do
// the functions of [wasi.WaitLength] whose wait a test can create. One guest
// computes.
var Cases = []Case{
	{"fd_read", "pipe", 2, emptyPipe, calls(read(stdin))},
	{"fd_read", "socket", 2, emptySocket, calls(read(stdin))},
	{"fd_read", "terminal", 2, emptyTerminal, calls(read(stdin))},
	{"fd_read", "stream", 2, emptyStream, calls(read(stdin))},
	{"fd_read", "FIFO without a writer", 2, fifo, calls(open(rightRead), read(opened))},
	{"fd_read", "FIFO with a writer", 2, fifoWithWriter, calls(open(rightRead), read(opened))},
	{"fd_read", "connection", 2, connection, calls(accept, read(opened))},
	{"fd_read", "long file", 2, longFile, movesFile("fd_read", rightRead)},
	{"fd_write", "pipe", 2, fullPipe, calls(write(stdout))},
	{"fd_write", "much to a pipe", 2, unreadPipe, writesMuch("fd_write", stdout)},
	{"fd_write", "socket", 2, fullSocket, calls(write(stdout))},
	{"fd_write", "terminal", 2, unreadTerminal, writesMuch("fd_write", stdout)},
	{"fd_write", "stream", 2, fullStream, calls(write(stdout))},
	{"fd_write", "standard error", 1, fullStderr, calls(write(stderr))},
	{"fd_write", "FIFO", 2, fifoWithReader, writesMuch("fd_write", opened, open(rightWrite))},
	{"fd_write", "connection", 2, connection, writesMuch("fd_write", opened, accept)},
	{"fd_pread", "long file", 2, longFile, movesFile("fd_pread", rightRead|rightSeek, 0)},
	{"path_open", "FIFO to write", 2, fifo, calls(open(rightWrite))},
	{"poll_oneoff", "clock", 2, nothing, polls(subscription(eventTime, 1, math.MaxUint64))},
	{"poll_oneoff", "pipe to read", 2, emptyPipe, polls(subscription(eventRead, stdin, 0))},
	{"poll_oneoff", "pipe to write", 2, fullPipe, polls(subscription(eventSend, stdout, 0))},
	{"poll_oneoff", "pipe and clock", 2, emptyPipe,
		polls(subscription(eventTime, 0, math.MaxUint64), subscription(eventRead, stdin, 0))},
	{"poll_oneoff", "FIFO", 2, fifo, pollsFIFO()},
	{"random_get", "much", 2, nothing, guest{
		pages: randomPages, calls: []call{{"random_get", []int64{0, randomBytes}}, {"sched_yield", nil}}}},
	{"sock_accept", "connection", 2, listening, calls(accept)},
	{"sock_recv", "socket", 2, emptySocket, calls(
		call{"sock_recv", []int64{stdin, atBuffer, 1, 0, atResult, atResult + 4}})},
	{"sock_recv", "connection", 2, connection, calls(accept,
		call{"sock_recv", []int64{opened, atBuffer, 1, waitall, atResult, atResult + 4}})},
	{"sock_send", "socket", 2, fullSocket, calls(
		call{"sock_send", []int64{stdout, atBuffer, 1, 0, atResult}})},
	{"sock_send", "connection", 2, connection, writesMuch("sock_send", opened, accept)},
	{"", "in a loop", 2, nothing, guest{loops: true}},
}

// Missing returns the functions that may wait and have no case.
func Missing() (names []string) {
	for _, f := range wasi.Modules()[0].Functions {
		if f.Wait == wasi.WaitEvent && !slices.ContainsFunc(Cases, func(c Case) bool { return c.Function == f.Name }) {
			names = append(names, f.Name)
		}
	}
	return names
}
