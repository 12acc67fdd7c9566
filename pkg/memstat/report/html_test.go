package report

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// TestHTMLIsWellFormed reads the pages as XML: each element is closed, and each
// text escaped.
func TestHTMLIsWellFormed(t *testing.T) {
	evil := leakyReport()
	evil.Module.Path = "</title><script>alert(1)</script>\"'&"
	evil.Outcome.Message = "</pre><img src=x onerror=alert(1)>"
	evil.Ledger.Leaks[0].Site = []memstat.Frame{{Function: "<b>", File: "\"onclick=\""}}
	evil.Cycles.Census[0].Identity = "<i>"
	evil.Tool.Failures[0].Message = "<b onclick=x>"
	evil.Run = &Run{Function: "<i>", Arguments: []string{"</code>"}, Environment: []string{"<b"}, Command: []string{"'<img>'"}}
	evil.Cycles.FirstFailure.Message, evil.Cycles.Outcomes["<i>"] = "<i>", 1
	for name, r := range map[string]*Report{"leaky": leakyReport(), "clean": cleanReport(), "evil": evil, "empty": {}} {
		page := string(render(t, "html", r, Options{}))
		page = regexp.MustCompile(`<!DOCTYPE html>|<(meta|link) [^>]*>`).ReplaceAllString(page, "")
		d := xml.NewDecoder(strings.NewReader(page))
		elements := 0
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if start, ok := token.(xml.StartElement); ok {
				elements++
				checkElement(t, name, start)
			}
		}
		if elements < 10 {
			t.Errorf("%s: %d elements", name, elements)
		}
	}
}

// TestHTMLTellsTheRun looks for the run and its failures in the page.
func TestHTMLTellsTheRun(t *testing.T) {
	r := leakyReport()
	page := string(render(t, "html", r, Options{}))
	for _, want := range []string{
		"Failed: the guest trapped in 2 of 1,000 cycles\\x1b[2J (exit code 134)", "exit code of wamr-go</td><td class=\"wide\"><code>134",
		"998 exit, 2 trap", "cycle 17: trap: unreachable", "nonzero exits</td><td class=\"wide\"><code>7", "tables</td><td class=\"n\">4.0 KiB", "grows denied</td><td class=\"n unsure\">3",
		"two words", "HOME", "2026-01-02T03:04:05Z", "1.23 s", "wamr-go run &#39;--mem-report=html:a b.html&#39; --env HOME", "address space reserved: 8.0 GiB",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	r = cleanReport()
	r.Outcome.Stack, r.Outcome.StackTruncated = []memstat.Frame{{Function: "main"}}, true
	page = string(render(t, "html", r, Options{}))
	for _, want := range []string{"stack of the guest: main", "may lack its outermost frames"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of a stack alone lacks %q", want)
		}
	}
	if strings.Contains(page, "Failed:") || strings.Contains(page, "grows denied") {
		t.Error("the page of a clean run tells of failures")
	}
}

// checkElement refuses elements that run code or load something.
func checkElement(t *testing.T, name string, e xml.StartElement) {
	t.Helper()
	switch e.Name.Local {
	case "script", "img", "iframe", "object", "b", "i":
		if e.Name.Local != "b" || len(e.Attr) > 0 { // costs stand in b
			t.Errorf("%s: element %s", name, e.Name.Local)
		}
	}
	for _, a := range e.Attr {
		if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "src" || a.Name.Local == "style" {
			t.Errorf("%s: attribute %s of %s", name, a.Name.Local, e.Name.Local)
		}
	}
}

// TestHTMLInABrowser loads a page in Chromium, if there is one, with all names of
// hosts unknown to it: nothing may be written to the console, and the figures
// must be those of the report.
func TestHTMLInABrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("there is no Chromium")
	}
	dir := t.TempDir()
	r := leakyReport()
	page := filepath.Join(dir, "report.html")
	if err := os.WriteFile(page, render(t, "html", r, Options{}), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir="+dir,
		"--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", "file://"+page)
	var dom, log strings.Builder
	cmd.Stdout, cmd.Stderr = &dom, &log
	if err := cmd.Run(); err != nil {
		t.Skipf("Chromium does not run here: %v", err)
	}
	if i := strings.Index(log.String(), "CONSOLE"); i >= 0 {
		t.Errorf("the page wrote to the console: %.300s", log.String()[i:])
	}
	for _, want := range []string{
		`id="verdict">leak`, "1.0 MiB", memstat.Grouped(r.Memory.PeakBytes), memstat.Grouped(r.Cycles.Completed),
		growth(r.Cycles.Census[0].PerCycle), duration(r.Cycles.P99NS), r.Module.SHA256, "engine.leak engine/leak.go:33",
	} {
		if !strings.Contains(dom.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestHTMLTitlesAreNouns: a title and the head of a column are names.
func TestHTMLTitlesAreNouns(t *testing.T) {
	titles := regexp.MustCompile(`<(?:th|h[123])\b[^>]*>([^<]*)<|aria-label="([^"]*)"`)
	vague := regexp.MustCompile(`(?i)\b(what|which|thing)\b|^(of|how)\b`)
	for name, r := range map[string]*Report{"leaky": leakyReport(), "clean": cleanReport(), "calls": callsReport(), "running": runningReport()} {
		found := titles.FindAllStringSubmatch(string(render(t, "html", r, Options{})), -1)
		if len(found) < 10 {
			t.Errorf("%s: %d titles", name, len(found))
		}
		for _, m := range found {
			if title := m[1] + m[2]; vague.MatchString(title) {
				t.Errorf("%s: the title %q", name, title)
			}
		}
	}
}

// TestHTMLVerdictHasTheGuestsHeap: a page whose guest lost blocks is not headed by
// "clean" alone.
func TestHTMLVerdictHasTheGuestsHeap(t *testing.T) {
	r := cleanReport()
	r.Budgets, r.Budget = nil, nil
	r.GuestHeap = &guestheap.Report{Kinds: []guestheap.KindTotal{{Kind: guestheap.DefinitelyLost, Blocks: 1, Bytes: 8}}}
	for want, total := range map[string]uint64{"clean, lost guest blocks": 0, "clean, lost guest blocks, guest heap errors": 1} {
		r.GuestHeap.ErrorTotal = total
		if page := string(render(t, "html", r, Options{})); !strings.Contains(page, `<span class="verdict bad" id="verdict">`+want+`</span>`) {
			t.Errorf("heap errors: %d: the verdict is not %q", total, want)
		}
	}
}
