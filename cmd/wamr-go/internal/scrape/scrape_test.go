package scrape

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testPage = Page{Type: "text/x-test; charset=utf-8", Text: func() []byte { return []byte("figures\n") }}

func listen(t *testing.T, page Page) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", page)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func client(t *testing.T) *http.Client {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// TestAnswers asks with net/http's client.
func TestAnswers(t *testing.T) {
	s, c := listen(t, testPage), client(t)
	base := strings.TrimSuffix(s.URL(), Path)
	for _, tc := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{"GET", "/metrics", "", 200, "figures\n"},
		{"GET", "/metrics?name[]=x", "", 200, "figures\n"},
		{"HEAD", "/metrics", "", 200, ""},
		{"GET", "/", "", 404, "/metrics"},
		{"GET", "/debug/pprof/", "", 404, "/metrics"},
		{"GET", "/metrics/", "", 404, "/metrics"},
		{"POST", "/metrics", strings.Repeat("x", 100_000), 405, "GET"},
		{"DELETE", "/metrics", "", 405, "GET"},
	} {
		q, err := http.NewRequestWithContext(context.Background(), tc.method, base+tc.path, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		a, err := c.Do(q)
		if err != nil {
			t.Errorf("%s %s: %v", tc.method, tc.path, err)
			continue
		}
		body, err := io.ReadAll(a.Body)
		_ = a.Body.Close()
		if err != nil || a.StatusCode != tc.code || !strings.Contains(string(body), tc.want) || !a.Close {
			t.Errorf("%s %s: %d, %q, %v, closes %v", tc.method, tc.path, a.StatusCode, body, err, a.Close)
		}
		if tc.code == 200 && a.Header.Get("Content-Type") != testPage.Type {
			t.Errorf("the type is %q", a.Header.Get("Content-Type"))
		}
		if (tc.code == 405) != (a.Header.Get("Allow") != "") {
			t.Errorf("%s: Allow is %q", tc.method, a.Header.Get("Allow"))
		}
	}
}

func TestRequests(t *testing.T) {
	for _, tc := range []struct {
		request string
		want    int
	}{
		{"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200},
		{"GET /metrics HTTP/1.0\r\n\r\n", 200},
		{"GET /metrics HTTP/1.1\n\n", 200},
		{"GET http://x/metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200},
		{"GET /metrics HTTP/2.0\r\n\r\n", 505},
		{"PRI * HTTP/2.0\r\n\r\n", 505},
		{"GET /metrics\r\n\r\n", 400},
		{"GET  HTTP/1.1\r\n\r\n", 400},
		{"GET metrics HTTP/1.1\r\n\r\n", 400},
		{"GET /metrics HTTP/1.1\r\nnonsense\r\n\r\n", 400},
		{"GET /metrics HTTP/1.1\r\nHost: x\r\n", 400},
		{"\x16\x03\x01\x02\x00\x01", 400},
		{"", 400},
		{"\r\n\r\n", 400},
		{"GET /metrics HTTP/1.1\r\nX: " + strings.Repeat("x", maxHead) + "\r\n\r\n", 431},
		{"GET /" + strings.Repeat("x", maxHead) + " HTTP/1.1\r\n\r\n", 431},
	} {
		if got := parsed(t, answer(strings.NewReader(tc.request), testPage), "GET"); got != tc.want {
			t.Errorf("%.60q: %d, want %d", tc.request, got, tc.want)
		}
	}
}

// parsed reads an answer, which must be whole, and returns its status.
func parsed(t *testing.T, text []byte, method string) int {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(text))
	a, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	if rest, _ := r.Peek(1); err != nil || len(rest) > 0 || method != "HEAD" && int64(len(body)) != a.ContentLength {
		t.Fatalf("%v, %d bytes of %d, and %d more: %q", err, len(body), a.ContentLength, len(rest), text)
	}
	return a.StatusCode
}

func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD /metrics HTTP/1.0\n\n", "POST / HTTP/1.1\r\n\r\nbody", "PRI * HTTP/2.0\r\n\r\n", "GET %zz HTTP/1.1\r\n\r\n", "\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		line, _, _ := strings.Cut(string(request), "\n")
		method, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		parsed(t, answer(bytes.NewReader(request), testPage), method)
	})
}

// TestManyAndIdleClients: clients that say nothing take no more than their share,
// and Close does not wait for them.
func TestManyAndIdleClients(t *testing.T) {
	s, c := listen(t, testPage), client(t)
	for range most - 1 {
		idle, err := net.Dial("tcp", s.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = idle.Close() }()
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			a, err := c.Get(s.URL())
			if err != nil {
				t.Error(err)
				return
			}
			_ = a.Body.Close()
		})
	}
	wg.Wait()
	began := time.Now()
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > patience/2 {
		t.Errorf("Close took %v", took)
	}
	if a, err := c.Get(s.URL()); err == nil {
		_ = a.Body.Close()
		t.Error("a closed server answers")
	}
}

func TestListenFails(t *testing.T) {
	s := listen(t, testPage)
	for _, address := range []string{s.listener.Addr().String(), "127.0.0.1:99999", "nonsense", "192.0.2.1:0"} {
		if second, err := Listen(address, testPage); err == nil {
			_ = second.Close()
			t.Errorf("%s can be listened on", address)
		}
	}
}
