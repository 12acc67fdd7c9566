package scrape

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

// maxHead is the most bytes of a request line and its header fields.
const maxHead = 8 << 10

// status is a status of RFC 9110, with a text for people.
type status struct {
	code   int
	reason string
	text   string
}

var (
	statusOK       = status{200, "OK", ""}
	badRequest     = status{400, "Bad Request", "this is no HTTP/1 request\n"}
	notFound       = status{404, "Not Found", "the metrics are at " + Path + "\n"}
	notAllowed     = status{405, "Method Not Allowed", "only GET and HEAD are allowed\n"}
	headTooLarge   = status{431, "Request Header Fields Too Large", "the request is too large\n"}
	noSuchProtocol = status{505, "HTTP Version Not Supported", "only HTTP/1 is spoken here\n"}
)

// answer reads a request of HTTP/1 and returns the answer, after which the
// connection closes. Header fields and bodies are not looked at: the answer does
// not depend on them.
func answer(in io.Reader, page Page) []byte {
	method, s := request(in)
	body, kind := []byte(s.text), "text/plain; charset=utf-8"
	if s == statusOK {
		body, kind = page.Text(), page.Type
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", s.code, s.reason)
	fmt.Fprintf(&b, "Date: %s\r\n", time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Length: %d\r\n", kind, len(body))
	b.WriteString("X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n")
	if s == notAllowed {
		b.WriteString("Allow: GET, HEAD\r\n")
	}
	b.WriteString("\r\n")
	if method != "HEAD" {
		b.Write(body)
	}
	return b.Bytes()
}

// request reads the head of a request, and returns its method and how it is
// answered.
func request(in io.Reader) (method string, s status) {
	head := &io.LimitedReader{R: in, N: maxHead}
	r := bufio.NewReader(head)
	line, err := r.ReadString('\n')
	method, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
	target, version, _ := strings.Cut(rest, " ")
	wellFormed := true
	for field := line; err == nil && field != ""; {
		field, err = r.ReadString('\n')
		field = strings.TrimRight(field, "\r\n")
		wellFormed = wellFormed && (field == "" || strings.Contains(field, ":"))
	}
	u, parseErr := url.ParseRequestURI(target)
	switch {
	case err != nil && head.N == 0:
		return method, headTooLarge
	case err != nil || !wellFormed || !strings.HasPrefix(version, "HTTP/"):
		return method, badRequest
	case !strings.HasPrefix(version, "HTTP/1."):
		return method, noSuchProtocol
	case parseErr != nil:
		return method, badRequest
	case u.Path != Path:
		return method, notFound
	case method != "GET" && method != "HEAD":
		return method, notAllowed
	}
	return method, statusOK
}
