//go:build linux

package wasi_test

import (
	"io"
	"net"
	"os"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func (p *proxy) accept(listener uint64) uint64 {
	p.t.Helper()
	p.must("sock_accept", listener, 0, atResult)
	return uint64(p.u32(atResult))
}

const (
	recvPeek, recvWaitall   = 1, 2
	shutRead, shutWrite     = 1, 2
	atFlags                 = atResult + 8
	firstListener           = 3
	firstConnection, maxFDs = 4, 5
)

func (p *proxy) recv(fd uint64, n int, flags uint64) (string, wasi.Errno) {
	at, count := p.iovecs(span{atData, n})
	return p.data(p.call("sock_recv", fd, at, count, flags, atResult, atFlags))
}

func (p *proxy) send(fd uint64, s string) (int, wasi.Errno) {
	p.put(atData, s)
	at, count := p.iovecs(span{atData, len(s)})
	return p.count(p.call("sock_send", fd, at, count, 0, atResult))
}

func connected(t *testing.T) (p *proxy, fd uint64, host *net.TCPConn) {
	listener := loopback(t)
	p = newProxy(t, wasi.Config{Listeners: []*os.File{listener}})
	host = dial(t, listener)
	return p, p.accept(firstListener), host
}

func TestSockets(t *testing.T) {
	p, fd, host := connected(t)
	if fd != firstConnection {
		t.Errorf("the connection is descriptor %d", fd)
	}
	for _, fd := range []uint64{firstListener, fd} {
		if st := p.fdstat(fd); st.filetype != typeStream {
			t.Errorf("descriptor %d: %+v", fd, st)
		}
	}
	host.Write([]byte("hello, guest"))
	if got, errno := p.recv(fd, 5, recvPeek); got != "hello" || errno != 0 {
		t.Errorf("peek: %q %v", got, errno)
	}
	if got, errno := p.recv(fd, 5, 0); got != "hello" || errno != 0 {
		t.Errorf("recv: %q %v", got, errno)
	}
	if got, errno := p.read(fd, 2); got != ", " || errno != 0 {
		t.Errorf("fd_read: %q %v", got, errno)
	}
	wantEvents(t, p.poll(subscription{kind: eventRead, fd: uint32(fd)}), event{kind: eventRead, bytes: 5})
	if got, errno := p.recv(fd, 100, 0); got != "guest" || errno != 0 {
		t.Errorf("recv of more than there is: %q %v", got, errno)
	}
	p.must("fd_fdstat_set_flags", fd, fNonblock)
	for _, flags := range []uint64{0, recvPeek, recvWaitall} {
		if _, errno := p.recv(fd, 1, flags); errno != wasi.EAGAIN {
			t.Errorf("nothing to receive, flags %d: %v", flags, errno)
		}
	}
	if _, errno := p.read(fd, 1); errno != wasi.EAGAIN {
		t.Errorf("nothing to read: %v", errno)
	}

	if n, errno := p.send(fd, "hello, "); n != 7 || errno != 0 {
		t.Errorf("send: %d %v", n, errno)
	}
	if n, errno := p.write(fd, "host"); n != 4 || errno != 0 {
		t.Errorf("fd_write: %d %v", n, errno)
	}
	p.must("sock_shutdown", fd, shutWrite)
	if b, err := io.ReadAll(host); string(b) != "hello, host" || err != nil {
		t.Errorf("the host received %q, %v", b, err)
	}
	if _, errno := p.send(fd, "x"); errno != wasi.EPIPE {
		t.Errorf("send after shutdown: %v", errno)
	}
	host.Close()
	p.must("fd_fdstat_set_flags", fd, 0)
	if got, errno := p.recv(fd, 1, 0); got != "" || errno != 0 {
		t.Errorf("recv after the peer closed: %q %v", got, errno)
	}
	p.want(wasi.ESPIPE, "fd_seek", fd, 0, seekSet, atResult)
	p.must("fd_close", fd)
	p.want(wasi.EBADF, "sock_recv", fd, atIovecs, 1, 0, atResult, atFlags)
}

// WAITALL goes on until the buffers are full, or the peer has closed.
func TestSocketWaitall(t *testing.T) {
	p, fd, host := connected(t)
	step := make(chan struct{})
	go func() {
		for _, part := range []string{"ab", "cde", "fgh", "ij"} {
			host.Write([]byte(part))
		}
		<-step
		host.Close()
	}()
	at, n := p.iovecs(span{atData, 3}, span{atData + 3, 4})
	if got, errno := p.data(p.call("sock_recv", fd, at, n, recvWaitall, atResult, atFlags)); got != "abcdefg" || errno != 0 {
		t.Errorf("recv: %q %v", got, errno)
	}
	close(step)
	if got, errno := p.recv(fd, 100, recvWaitall); got != "hij" || errno != 0 {
		t.Errorf("recv up to the end: %q %v", got, errno)
	}
}

func TestSocketErrors(t *testing.T) {
	p, fd, _ := connected(t)
	at, n := p.iovecs(span{atData, 1})
	const bad = 4*pageSize - 1
	for _, flags := range []uint64{4, 1 << 16, 1 << 31, 1<<32 - 1} {
		p.want(wasi.EINVAL, "sock_recv", fd, at, n, flags, atResult, atFlags)
	}
	for _, flags := range []uint64{1, 1<<32 - 1} {
		p.want(wasi.EINVAL, "sock_send", fd, at, n, flags, atResult)
	}
	for _, how := range []uint64{0, 4, 7, 1<<32 - 1} {
		p.want(wasi.EINVAL, "sock_shutdown", fd, how)
	}
	for _, flags := range []uint64{1, 2, 8, 1 << 16, 1<<32 - 1} {
		p.want(wasi.EINVAL, "sock_accept", firstListener, flags, atResult)
	}
	p.want(wasi.EFAULT, "sock_recv", fd, at, n, 0, bad, atFlags)
	p.want(wasi.EFAULT, "sock_recv", fd, at, n, 0, atResult, bad)
	p.want(wasi.EFAULT, "sock_send", fd, at, n, 0, bad)
	p.want(wasi.EFAULT, "sock_accept", firstListener, 0, bad)
	for _, none := range []uint64{0, 1, 2} {
		p.want(wasi.ENOTSOCK, "sock_accept", none, 0, atResult)
		p.want(wasi.ENOTSOCK, "sock_recv", none, at, n, 0, atResult, atFlags)
		p.want(wasi.ENOTSOCK, "sock_send", none, at, n, 0, atResult)
		p.want(wasi.ENOTSOCK, "sock_shutdown", none, 3)
	}
	p.want(wasi.ENOTCAPABLE, "sock_accept", fd, 0, atResult)
	p.must("fd_fdstat_set_flags", firstListener, fNonblock)
	p.want(wasi.EAGAIN, "sock_accept", firstListener, 0, atResult)
	p.want(wasi.EBADF, "sock_accept", 77, 0, atResult)
}

// Where the table is full, the connection waits for a descriptor.
func TestSocketAcceptWithoutRoom(t *testing.T) {
	listener := loopback(t)
	p := newProxy(t, wasi.Config{Listeners: []*os.File{listener}, Limits: wasi.Limits{FDs: maxFDs}})
	first, second := dial(t, listener), dial(t, listener)
	first.Write([]byte("1"))
	second.Write([]byte("2"))
	fd := p.accept(firstListener)
	p.want(wasi.EMFILE, "sock_accept", firstListener, 0, atResult)
	p.must("fd_close", fd)
	if got, errno := p.recv(p.accept(firstListener), 1, 0); got != "2" || errno != 0 {
		t.Errorf("the second connection: %q %v", got, errno)
	}
}

func TestSocketAcceptNonblock(t *testing.T) {
	listener := loopback(t)
	p := newProxy(t, wasi.Config{Listeners: []*os.File{listener}})
	dial(t, listener)
	wantEvents(t, p.poll(subscription{kind: eventRead, fd: firstListener}), event{kind: eventRead})
	p.must("sock_accept", firstListener, fNonblock, atResult)
	fd := uint64(p.u32(atResult))
	if got := p.fdstat(fd).flags; got != fNonblock {
		t.Errorf("flags %#x", got)
	}
	if _, errno := p.recv(fd, 1, 0); errno != wasi.EAGAIN {
		t.Errorf("recv: %v", errno)
	}
}

func TestSocketRightsNarrowOnAccept(t *testing.T) {
	listener := loopback(t)
	p := newProxy(t, wasi.Config{Listeners: []*os.File{listener}})
	st := p.fdstat(firstListener)
	p.must("fd_fdstat_set_rights", firstListener, uint64(st.base), uint64(st.inherit&^rightFDWrite))
	host := dial(t, listener)
	fd := p.accept(firstListener)
	if _, errno := p.send(fd, "no"); errno != wasi.ENOTCAPABLE {
		t.Errorf("send without the right to write: %v", errno)
	}
	host.Write([]byte("yes"))
	if got, errno := p.recv(fd, 3, 0); got != "yes" || errno != 0 {
		t.Errorf("recv: %q %v", got, errno)
	}
}
