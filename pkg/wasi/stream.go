package wasi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// goStream is a Go stream of the [Config]. Its Read or Write may block, and a
// context cannot end that. So they run on a goroutine of their own, as a
// streamTask. If the context is done first, the call leaves the task behind.
type goStream struct {
	reader io.Reader   // nil is at its end
	writer io.Writer   // nil discards
	task   *streamTask // left behind by a call, or with bytes that were not all read
}

// streamTask is a Read or a Write in progress on a goroutine of its own. It
// uses its own buffer, because the guest's memory may be unmapped before the
// task returns.
type streamTask struct {
	done   chan struct{} // closed when it has returned
	buf    []byte
	n      int
	err    error
	panics any            // the value of a panic
	left   bool           // a call has left it behind
	held   memstat.Handle // of a task that was left behind
}

const (
	// maxTask bounds the buffer of a task, in bytes. A longer read or write
	// takes several tasks.
	maxTask = 1 << 20
	// streamPatience is the time that a call waits for its task after its context is
	// done. It keeps a stream that is merely slow from being used after the guest has
	// ended.
	streamPatience = 100 * time.Millisecond
)

// errGoexit is the error of a Read or Write that ended its goroutine.
var errGoexit = errors.New("the stream ended its goroutine")

// startTask calls do with buf on a new goroutine.
func startTask(buf []byte, do func([]byte) (int, error)) *streamTask {
	t := &streamTask{done: make(chan struct{}), buf: buf, err: errGoexit}
	go func() {
		defer close(t.done)
		defer func() { t.panics = recover() }()
		t.n, t.err = do(buf)
	}()
	return t
}

// blocks reports whether a Read or Write of the stream needs a task. Streams in
// memory never block.
func (c *call) blocks(stream any) bool {
	if c.ctx.Done() == nil {
		return false
	}
	switch stream.(type) {
	case *bytes.Buffer, *bytes.Reader, *strings.Builder, *strings.Reader:
		return false
	}
	return true
}

// await waits for the stream's task. If the context is done first, it leaves
// the task behind and ends the guest. A task that has returned stays in place.
func (c *call) await(s *goStream) *streamTask {
	t := s.task
	if !t.wait(c.ctx) {
		c.leave(t)
		panic(doneError(c.ctx))
	}
	t.release(c.system.scope)
	if t.panics != nil {
		s.task = nil
		panic(t.panics)
	}
	return t
}

// wait waits until the task has returned. It gives up, and returns false, if the
// context is done first.
func (t *streamTask) wait(ctx context.Context) bool {
	select {
	case <-t.done:
		return true
	case <-ctx.Done():
	}
	patience := time.NewTimer(streamPatience)
	defer patience.Stop()
	select {
	case <-t.done:
	case <-patience.C:
	}
	return t.returned()
}

func (t *streamTask) returned() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// leave accounts for a task that outlives its call.
func (c *call) leave(t *streamTask) {
	if !t.left {
		t.left, t.held = true, c.system.scope.Acquire(memstat.KindStreamCall, int64(len(t.buf)))
	}
}

// release undoes leave for a task that has returned.
func (t *streamTask) release(scope *memstat.Scope) {
	if t.left {
		t.left = false
		scope.Release(t.held)
	}
}

// readStream reads into buf, which is not empty.
func (c *call) readStream(s *goStream, buf []byte) (int, Errno) {
	if s == nil || s.reader == nil {
		return 0, ESUCCESS
	}
	if s.task == nil {
		if !c.blocks(s.reader) {
			n, err := s.reader.Read(buf)
			return n, readErrno(n, err)
		}
		s.task = startTask(make([]byte, min(len(buf), maxTask)), s.reader.Read)
	}
	t := c.await(s)
	n := copy(buf, t.buf[:t.n])
	if t.buf, t.n = t.buf[n:], t.n-n; t.n == 0 {
		s.task = nil
	}
	return n, readErrno(n, t.err)
}

// readErrno returns the result of a Read.
func readErrno(n int, err error) Errno {
	if n > 0 || errors.Is(err, io.EOF) {
		return ESUCCESS
	}
	return errnoOf(err)
}

// writeStream writes to a Go stream.
func (c *call) writeStream(s *goStream, bufs [][]byte) (total int, _ Errno) {
	if s == nil || s.writer == nil {
		for _, b := range bufs {
			total += len(b)
		}
		return total, ESUCCESS
	}
	for len(bufs) > 0 {
		b := bufs[0]
		blocks := c.blocks(s.writer)
		if blocks {
			b = b[:min(len(b), maxTask)]
		}
		n, err := c.writeOnce(s, b, blocks)
		if total += n; n < len(b) {
			if total == 0 {
				return 0, errnoOf(err)
			}
			break
		}
		bufs = advance(bufs, n)
		c.exitIfDone()
	}
	return total, ESUCCESS
}

func (c *call) writeOnce(s *goStream, b []byte, blocks bool) (int, error) {
	if s.task != nil {
		c.await(s) // one Write at a time
		s.task = nil
	}
	if !blocks {
		return s.writer.Write(b)
	}
	s.task = startTask(bytes.Clone(b), s.writer.Write)
	t := c.await(s)
	s.task = nil
	return t.n, t.err
}

// close releases the stream's task if that has returned. Otherwise the task is
// a leak: the goroutine and its buffer live until the embedder's stream
// returns.
func (s *goStream) close(scope *memstat.Scope) {
	if s == nil || s.task == nil {
		return
	}
	if s.task.returned() {
		s.task.release(scope)
	}
	s.task = nil
}
