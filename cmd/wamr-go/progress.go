package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// progressBar is a line on a terminal that shows the progress of cycles. It has
// no goroutine of its own, because the probe counts goroutines meanwhile.
type progressBar struct {
	w        io.Writer
	width    int
	unit     string        // of work, such as "cycle"
	total    uint64        // of them; 0 for unknown
	duration time.Duration // of the run; 0 for unknown
	started  time.Time
	shown    bool
}

// barDelay suppresses the bar in very short runs.
const barDelay = 300 * time.Millisecond

// newProgress returns a bar, or nil, which shows nothing, if there is no terminal or
// the guest writes to it.
func newProgress(u *ui, o *options) *progressBar {
	if !o.cycling() || u.width == 0 || o.quiet || o.cycleOutput == outputAll {
		return nil
	}
	return &progressBar{w: u.w, width: u.width, unit: o.unit(), total: max(o.cycles, o.calls), duration: o.duration, started: time.Now()}
}

// show draws the bar. It waits for the first cycle, whose guest may be writing.
func (p *progressBar) show(completed uint64) {
	if p == nil {
		return
	}
	elapsed := time.Since(p.started)
	if completed == 0 || elapsed < barDelay {
		return
	}
	p.shown = true
	fmt.Fprintf(p.w, "\r%s\x1b[K", p.line(completed, elapsed))
}

// clear removes the bar from the terminal.
func (p *progressBar) clear() {
	if p != nil && p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// line returns the bar without terminal codes. It is one column narrower than the
// terminal, because some terminals wrap a full line.
func (p *progressBar) line(completed uint64, elapsed time.Duration) string {
	share, left := p.share(completed, elapsed)
	count := memstat.Grouped(completed)
	if p.total > 0 {
		count += "/" + memstat.Grouped(p.total)
	}
	rate := float64(completed) / elapsed.Seconds()
	text := fmt.Sprintf("%s %ss, %s/s, %s left", count, p.unit, memstat.Grouped(uint64(rate+0.5)), shortDuration(left))
	room := p.width - 1
	if utf8.RuneCountInString(text) > room {
		text = count
	}
	const least, most = 8, 40
	cells := min(room-len(text)-len("[] "), most)
	if cells < least {
		return text[:min(len(text), room)]
	}
	full := int(share * float64(cells))
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", cells-full) + "] " + text
}

// share returns the finished part of the run, from 0 to 1, and the estimated time of
// the rest.
func (p *progressBar) share(completed uint64, elapsed time.Duration) (share float64, left time.Duration) {
	if p.total > 0 {
		share = float64(completed) / float64(p.total)
	}
	if p.duration > 0 {
		share = max(share, float64(elapsed)/float64(p.duration))
	}
	share = min(share, 1)
	if share > 0 {
		left = time.Duration(float64(elapsed) * (1 - share) / share)
	}
	return share, left
}

// shortDuration formats a duration, rounded up: "5s", "2m10s", "3h20m".
func shortDuration(d time.Duration) string {
	s := int((d + time.Second - 1) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	default:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	}
}
