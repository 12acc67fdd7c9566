//go:build linux || darwin

package wasi

import (
	"cmp"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// This file reads and writes descriptors that can block: pipes, FIFOs, sockets
// and devices, and files at the kernel's position.
//
// No call blocks a thread, because nothing could end it. A descriptor that was opened
// for the guest is non-blocking. A descriptor of the embedder is shared with other
// processes, so its mode does not change; see ioMode.

// borrowSysfd makes f use file's descriptor. The embedder keeps owning it, and
// shares its position and flags with the guest. (File.Fd would change a
// non-blocking one to blocking.)
func borrowSysfd(f *openFile, file *os.File) {
	conn, err := file.SyscallConn()
	if err == nil {
		err = conn.Control(func(fd uintptr) { f.sysfd = int(fd) })
	}
	if err != nil {
		return // it is closed: reading and writing return the error
	}
	f.mode = ioNowait
	var st unix.Stat_t
	if err := unix.Fstat(f.sysfd, &st); err != nil {
		return
	}
	f.filetype = modeFiletype(uint32(st.Mode))
	if f.filetype == filetypeCharacterDevice && neverBlocks(uint64(st.Rdev)) {
		f.mode = ioNonblock
	}
	if f.seekable() {
		f.base |= rightFDSeek | rightFDTell | rightFDAdvise
	}
}

// osRead reads at the kernel's position.
func (c *call) osRead(f *openFile, bufs [][]byte) (int, Errno) {
	if f.seekable() {
		return c.moveAt(readAtPosition, f, bufs, 0)
	}
	for stalled := false; ; stalled = true {
		n, errno := c.tryRead(f, bufs)
		if f.awaitsWriter {
			errno = f.firstWriter(n, errno)
		}
		if errno != EAGAIN || f.flags&fdflagNonblock != 0 {
			return n, errno
		}
		if errno := c.waitAgain(f.sysfd, unix.POLLIN, stalled); errno != ESUCCESS {
			return 0, errno
		}
	}
}

// osWrite writes at the kernel's position. Unless the guest set NONBLOCK, it
// writes all.
func (c *call) osWrite(f *openFile, bufs [][]byte) (total int, _ Errno) {
	if f.seekable() {
		return c.moveAt(writeAtPosition, f, bufs, 0)
	}
	stalled := false
	for {
		n, errno := c.tryWrite(f, bufs)
		total += n
		bufs = advance(bufs, n)
		switch {
		case len(bufs) == 0, f.flags&fdflagNonblock != 0, errno != ESUCCESS && errno != EAGAIN:
			if total > 0 {
				errno = ESUCCESS // the next call gets it again
			}
			return total, errno
		case errno == EAGAIN:
			if errno := c.waitAgain(f.sysfd, unix.POLLOUT, stalled); errno != ESUCCESS {
				return total, errno
			}
		}
		stalled = errno == EAGAIN
		c.exitIfDone()
	}
}

// waitAgain waits until fd has the event. If the caller has just waited for it
// in vain, waitAgain pauses first: a terminal can accept one byte but not two.
func (c *call) waitAgain(fd int, event int16, stalled bool) Errno {
	c.exitIfDone() // waitFor does not check the context if fd is ready
	if stalled {
		c.sleepUntil(time.Now().Add(time.Millisecond))
	}
	return c.waitFor(fd, event)
}

// osAwaitFile waits until a file has something to read.
func (c *call) osAwaitFile(f *openFile) Errno { return c.waitAgain(f.sysfd, unix.POLLIN, true) }

// firstWriter returns EAGAIN for a FIFO that is at its end because it has had
// no writer yet, and errno otherwise. In POSIX open waits for the writer.
// path_open does not know the type of the file, so the first read waits
// instead.
func (f *openFile) firstWriter(n int, errno Errno) Errno {
	if n == 0 && errno == ESUCCESS && !hadWriter(f.sysfd) {
		return EAGAIN
	}
	f.awaitsWriter = false
	return errno
}

// tryRead reads once. It returns EAGAIN instead of blocking.
func (c *call) tryRead(f *openFile, bufs [][]byte) (int, Errno) {
	if f.mode == ioNowait && !c.mayBlock(f) {
		n, err := readNowait(f.sysfd, bufs)
		if !unsupported(err) {
			return n, errnoOf(err)
		}
		c.leaveNowait(f, unix.O_RDONLY)
	}
	switch {
	case f.mode == ioNonblock, c.mayBlock(f):
		n, err := readAtPosition(f.sysfd, bufs, 0)
		return n, errnoOf(err)
	case f.stream.task == nil:
		if ready, errno := pollNow(f.sysfd, unix.POLLIN); errno != ESUCCESS || !ready {
			return 0, cmp.Or(errno, EAGAIN)
		}
	}
	return c.readStream(f.stream, bufs[0])
}

// tryWrite writes once, or a part. It returns EAGAIN instead of blocking.
func (c *call) tryWrite(f *openFile, bufs [][]byte) (int, Errno) {
	if f.mode == ioNowait && !c.mayBlock(f) {
		n, err := writeNowait(f.sysfd, bufs)
		if !unsupported(err) {
			return n, errnoOf(err)
		}
		c.leaveNowait(f, unix.O_WRONLY)
	}
	if f.mode == ioNonblock || c.mayBlock(f) {
		n, err := writeAtPosition(f.sysfd, bufs, 0)
		return n, errnoOf(err)
	}
	if ready, errno := pollNow(f.sysfd, unix.POLLOUT); errno != ESUCCESS || !ready {
		return 0, cmp.Or(errno, EAGAIN)
	}
	// A pipe that is ready takes this much at once, and a terminal perhaps less.
	most := pipeBuf
	if f.filetype == filetypeCharacterDevice && f.flags&fdflagNonblock != 0 {
		most = 1
	}
	var one [1][]byte
	for _, b := range bufs {
		one[0] = append(one[0], b[:min(len(b), most-len(one[0]))]...)
	}
	return c.writeStream(f.stream, one[:])
}

// mayBlock reports whether the call may block in the kernel: the guest asked for it,
// and no context could end it.
func (c *call) mayBlock(f *openFile) bool {
	return c.ctx.Done() == nil && f.flags&fdflagNonblock == 0
}

// leaveNowait changes the mode of a descriptor for which readNowait and
// writeNowait are not supported.
func (c *call) leaveNowait(f *openFile, access int) {
	if fd, ok := reopenTerminal(f.sysfd, access); ok {
		f.sysfd, f.owned, f.mode = fd, true, ioNonblock
		f.sysfdHandle = c.system.scope.Acquire(memstat.KindHostFD, 0)
		return
	}
	f.mode = ioTask
	f.stream.viaDescriptor()
}

// viaDescriptor makes the stream of an *os.File use its descriptor directly.
// (File.Write ends the process after EPIPE on standard output.)
func (s *goStream) viaDescriptor() {
	if file, ok := s.reader.(syscall.Conn); ok {
		s.reader = newDescriptor(file)
	}
	if file, ok := s.writer.(syscall.Conn); ok {
		s.writer = newDescriptor(file)
	}
}

// descriptor reads and writes a file's descriptor, which stays open during the
// call.
type descriptor struct{ syscall.RawConn }

func newDescriptor(file syscall.Conn) descriptor {
	conn, err := file.SyscallConn()
	if err != nil {
		panic(err) // borrowSysfd has already tried it
	}
	return descriptor{conn}
}

func (d descriptor) Read(b []byte) (n int, err error) {
	bufs := [1][]byte{b}
	if e := d.RawConn.Read(func(fd uintptr) bool {
		n, err = readAtPosition(int(fd), bufs[:], 0)
		return true
	}); e != nil {
		return 0, e
	}
	return n, err
}

func (d descriptor) Write(b []byte) (n int, err error) {
	bufs := [1][]byte{b}
	if e := d.RawConn.Write(func(fd uintptr) bool {
		n, err = writeAtPosition(int(fd), bufs[:], 0)
		return true
	}); e != nil {
		return 0, e
	}
	return n, err
}

// readAtPosition is readv(2). It implements moveFunc, and ignores the offset.
func readAtPosition(fd int, bufs [][]byte, _ int64) (n int, err error) {
	for {
		if len(bufs) == 1 {
			n, err = unix.Read(fd, bufs[0])
		} else {
			n, err = readv(fd, bufs)
		}
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// writeAtPosition is writev(2). It implements moveFunc, and ignores the offset.
func writeAtPosition(fd int, bufs [][]byte, _ int64) (n int, err error) {
	for {
		if len(bufs) == 1 {
			n, err = unix.Write(fd, bufs[0])
		} else {
			n, err = writev(fd, bufs)
		}
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}
