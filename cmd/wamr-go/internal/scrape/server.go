// Package scrape serves one text over HTTP, for Prometheus to scrape. It is no
// net/http, which would cost every start of wamr-go a fifth of its time.
package scrape

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Path is where the text is.
const Path = "/metrics"

const (
	// patience is how long a connection may take for all of its request and
	// answer. Prometheus waits 10 seconds by default.
	patience = 10 * time.Second
	// farewell is how long a client may take to close after its answer.
	farewell = time.Second
	// most connections are served at once; others wait in the system's queue.
	most = 4
	// acceptPause follows an Accept that failed, as without free descriptors.
	acceptPause = 50 * time.Millisecond
)

// Server serves a text. Make one with [Listen], and close it.
type Server struct {
	listener net.Listener
	page     Page
	ended    sync.WaitGroup // of all goroutines
	closing  chan struct{}

	mu    sync.Mutex
	conns map[net.Conn]struct{} // nil once the server is closed
}

// Page is the text that a server serves.
type Page struct {
	Type string // its media type
	// Text returns the text as it is now. It is called from several goroutines.
	Text func() []byte
}

// Listen serves the page at [Path] of a TCP address, such as "127.0.0.1:9090";
// port 0 leaves the choice to the system. The caller closes the server.
func Listen(address string, page Page) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s := &Server{listener: l, page: page, closing: make(chan struct{}), conns: make(map[net.Conn]struct{})}
	s.ended.Go(s.accept)
	return s, nil
}

// URL returns the address of the text.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + Path }

// Close ends the server and its connections, and returns when none of its
// goroutines runs any more. A second Close does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	conns := s.conns
	s.conns = nil
	s.mu.Unlock()
	if conns == nil {
		return nil
	}
	close(s.closing)
	err := s.listener.Close()
	for c := range conns {
		_ = c.SetDeadline(time.Unix(1, 0)) // its goroutine closes it
	}
	s.ended.Wait()
	return err
}

func (s *Server) accept() {
	slots := make(chan struct{}, most)
	for {
		select {
		case slots <- struct{}{}:
		case <-s.closing:
			return
		}
		c, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			<-slots
			select {
			case <-time.After(acceptPause):
			case <-s.closing:
				return
			}
			continue
		}
		s.ended.Go(func() {
			defer func() { <-slots }()
			s.serve(c)
		})
	}
}

// serve answers one request, and closes the connection.
func (s *Server) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	if !s.begin(c) {
		return
	}
	defer s.end(c)
	if _, err := c.Write(answer(c, s.page)); err != nil {
		return // nobody is there to be told
	}
	// To close with unread input would reset the connection, and the client
	// could lose the answer.
	if t, ok := c.(*net.TCPConn); ok && t.CloseWrite() == nil && s.limit(c, farewell) {
		_, _ = io.CopyN(io.Discard, c, 1<<20)
	}
}

// begin registers a connection, unless the server is closed.
func (s *Server) begin(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		return false
	}
	s.conns[c] = struct{}{}
	return c.SetDeadline(time.Now().Add(patience)) == nil
}

// limit gives a connection so much more time, unless the server is closed.
func (s *Server) limit(c net.Conn, d time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns != nil && c.SetDeadline(time.Now().Add(d)) == nil
}

func (s *Server) end(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}
