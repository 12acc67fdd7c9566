package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
)

// vetChildren runs modules, each in a process of its own. Methods can be called
// from several goroutines.
type vetChildren struct {
	program string
	dir     string        // for their reports
	flags   []string      // of each run
	most    time.Duration // of a module
	kill    context.Context
}

// grace is the time in which a process that must end can write its report.
// After that it is killed.
const grace = 5 * time.Second

// errTooLong is the cause of a context that --module-timeout ended.
var errTooLong = errors.New("the module took too long")

// run runs the module with that number, and returns its row.
func (c vetChildren) run(ctx context.Context, number int, m vet.Module) vet.Entry {
	switch {
	case ctx.Err() != nil:
		return vet.MissingEntry(m.Name, "the run was interrupted before it")
	case m.Err != nil:
		return judge(m, childEnd{err: m.Err})
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.most, errTooLong)
	defer cancel()
	file := filepath.Join(c.dir, strconv.Itoa(number)+".json")
	path := m.Path
	if path == "-" {
		path = "./-" // a file of that name, not standard input
	}
	stderr := &head{most: 64 << 10}
	cmd := exec.CommandContext(ctx, c.program)
	cmd.Args = append([]string{os.Args[0], "run", "--report-file=" + file}, c.flags...)
	cmd.Args = append(cmd.Args, "--", path)
	cmd.Stderr = stderr
	cmd.Cancel = func() error { return askToEnd(cmd.Process) }
	cmd.WaitDelay = grace
	defer tieToUs(cmd)()
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return judge(m, childEnd{err: err})
	}
	stop := context.AfterFunc(c.kill, func() { _ = cmd.Process.Kill() }) // it may have ended
	_ = cmd.Wait()                                                       // the state of the process tells more
	stop()
	end := childEnd{wall: time.Since(began), most: c.most}
	end.tooLong = errors.Is(context.Cause(ctx), errTooLong)
	end.interrupted = ctx.Err() != nil && !end.tooLong
	end.code, end.signal = exitStatus(cmd.ProcessState)
	end.stderr = stderr.text()
	if report, err := os.ReadFile(file); err == nil {
		end.report = report
		_ = os.Remove(file) // the directory is removed as a whole
	}
	return judge(m, end)
}

// askToEnd lets a process write its report. Windows has no such signal.
func askToEnd(p *os.Process) error {
	if err := p.Signal(syscall.SIGTERM); err == nil || errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return p.Kill()
}

// exitStatus returns the exit code of a process in the convention of shells, and the
// signal that ended it, or "".
func exitStatus(state *os.ProcessState) (code int, signal string) {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitSignal(status.Signal()), status.Signal().String()
	}
	return state.ExitCode(), ""
}

// head keeps the beginning of a stream and drops the rest.
type head struct {
	kept bytes.Buffer
	most int
}

func (h *head) Write(p []byte) (int, error) {
	h.kept.Write(p[:min(len(p), h.most-h.kept.Len())])
	return len(p), nil
}

func (h *head) text() string { return h.kept.String() }

// errorOf returns the last error that wamr-go printed to a process's standard
// error, or "".
func errorOf(stderr string) string {
	problem := ""
	for line := range strings.Lines(stderr) {
		if text, ok := strings.CutPrefix(line, string(wordError)+": "); ok {
			problem = strings.TrimSpace(text)
		}
	}
	if i := strings.LastIndex(problem, " (exit code "); i >= 0 {
		problem = problem[:i]
	}
	return problem
}

// crashOf returns the first line of a crash of a Go program, or "".
func crashOf(stderr string) string {
	for line := range strings.Lines(stderr) {
		for _, word := range []string{"panic: ", "fatal error: ", "runtime: "} {
			if strings.HasPrefix(line, word) {
				return strings.TrimSpace(line)
			}
		}
	}
	return ""
}

// childEnd is the end of a module's process.
type childEnd struct {
	err         error // why there was no process; nil if there was one
	code        int
	signal      string // "" for none
	wall        time.Duration
	tooLong     bool          // --module-timeout ended it
	most        time.Duration // that timeout
	interrupted bool          // the user did
	stderr      string
	report      []byte // nil if there is none
}

// crash describes the end of a process that left no report.
func (e childEnd) crash() string {
	problem := cmp.Or(crashOf(e.stderr), errorOf(e.stderr))
	switch {
	case e.signal != "" && problem != "":
		return fmt.Sprintf("its process was ended by a signal: %s; %s", e.signal, problem)
	case e.signal != "":
		return fmt.Sprintf("its process was ended by a signal: %s", e.signal)
	case problem != "":
		return problem
	default:
		return fmt.Sprintf("its process ended without a report (exit code %d)", e.code)
	}
}
