package main

import (
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// waitDelay is the time after which a user is told the reason for waiting.
const waitDelay = time.Second

// waitFor shows an activity and its duration in seconds on a terminal, once it
// has taken longer than waitDelay. The function that it returns removes the
// line again.
func (u *ui) waitFor(what string) (done func()) {
	if u.width == 0 || u.quiet {
		return func() {}
	}
	what = u.encode(memstat.Printable(what))
	var (
		mu    sync.Mutex
		timer *time.Timer
		shown bool
		over  bool
	)
	began := time.Now()
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(waitDelay, func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		shown = true
		fmt.Fprintf(u.w, "\r%s\x1b[K", waitLine(what, time.Since(began), u.width))
		timer.Reset(time.Second)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		timer.Stop()
		if shown {
			fmt.Fprint(u.w, "\r\x1b[K")
		}
	}
}

// waitLine returns a line that is one column narrower than the terminal, because
// some terminals wrap a full line.
func waitLine(what string, took time.Duration, width int) string {
	what, seconds := memstat.Printable(what), fmt.Sprintf(" %ds", int(took.Seconds()))
	room := width - 1 - len(seconds)
	if n := utf8.RuneCountInString(what); n > room {
		const dots = "..."
		what = string([]rune(what)[:max(room-len(dots), 0)]) + dots
	}
	return what + seconds
}
