package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/internal/waiting"
)

// TestTermEndsEveryWait sends SIGTERM to guests that wait in each WASI call, and
// to one that computes, on one processor and on all, compiled and interpreted. The process must end with
// the code of that signal; how long it takes is not measured.
func TestTermEndsEveryWait(t *testing.T) {
	dir := t.TempDir()
	for i := range waiting.Cases {
		c := &waiting.Cases[i]
		module := filepath.Join(dir, strings.ReplaceAll(c.Name(), "/", "-")+".wasm")
		if err := os.WriteFile(module, c.Wasm(), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name  string
			procs string
			args  []string
		}{
			{"compiled", "1", nil},
			{"interpreted", "1", []string{"--interp"}},
			{"compiled on all processors", "", nil},
			{"cycles", "1", []string{"--cycles", "2", "--cycle-output", "all"}},
		} {
			t.Run(c.Name()+"/"+test.name, func(t *testing.T) {
				t.Parallel()
				termWaiting(t, c, test.procs, append(test.args, module))
			})
		}
	}
}

// watchdog decides that a process hangs.
const watchdog = time.Minute

func termWaiting(t *testing.T, c *waiting.Case, procs string, args []string) {
	host := c.Host(t)
	if host.InProcess() {
		t.Skip("the command has no such streams")
	}
	if host.Dir != "" {
		args = append([]string{"--dir", host.Dir + "::/"}, args...)
	}
	if host.Listen {
		args = append([]string{"--tcplisten", "127.0.0.1:0"}, args...)
	}
	g := startWaiting(t, c, host, procs, args)
	if host.Dial {
		conn, err := net.Dial("tcp", <-g.listens)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	select {
	case <-g.ready:
	case <-g.ended:
		t.Fatalf("the guest did not wait: exit code %d\n%s", g.ProcessState.ExitCode(), g.said())
	case <-time.After(watchdog):
		t.Fatalf("the guest does not begin\n%s", g.said())
	}
	time.Sleep(10 * time.Millisecond) // so that it most likely waits; it must end in any case
	if err := g.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-g.ended:
	case <-time.After(watchdog):
		t.Fatalf("the process goes on\n%s", g.said())
	}
	if code := g.ProcessState.ExitCode(); code != 143 {
		t.Errorf("exit code %d\n%s", code, g.said())
	}
	if host.Stderr == nil && !strings.Contains(g.said(), "error: interrupted") {
		t.Errorf("standard error is\n%s", g.said())
	}
}

// waitingGuest is a process of wamr-go whose guest waits.
type waitingGuest struct {
	*exec.Cmd
	ready   chan struct{} // closed when the guest begins to wait
	ended   chan struct{} // closed when the process has ended
	listens chan string   // receives the address of --tcplisten

	mu   sync.Mutex
	text bytes.Buffer
}

func startWaiting(t *testing.T, c *waiting.Case, host waiting.Host, procs string, args []string) *waitingGuest {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	g := &waitingGuest{
		Cmd: exec.Command(self, append([]string{"run", "--no-cache"}, args...)...), ready: make(chan struct{}),
		ended: make(chan struct{}), listens: make(chan string, 1),
	}
	g.Env = append(os.Environ(), asCommand+"=1")
	if procs != "" {
		g.Env = append(g.Env, "GOMAXPROCS="+procs)
	}
	g.Stdin, g.Stdout, g.Stderr = host.Stdin, host.Stdout, host.Stderr
	var says io.ReadCloser
	if c.Ready == 1 {
		says, err = g.StdoutPipe()
	} else {
		says, err = g.StderrPipe()
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Process.Kill() })
	go func() {
		defer close(g.ended)
		g.listen(says)
		_ = g.Wait() // the exit code tells
	}()
	return g
}

// listen reads the process's output.
func (g *waitingGuest) listen(r io.Reader) {
	ready := sync.OnceFunc(func() { close(g.ready) })
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := lines.Text()
		g.mu.Lock()
		g.text.WriteString(line + "\n")
		g.mu.Unlock()
		if address, ok := strings.CutPrefix(line, "note: listening on "); ok {
			g.listens <- address
		}
		if line+"\n" == waiting.ReadyText {
			ready()
		}
	}
}

func (g *waitingGuest) said() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

// TestSignalEndsLoading sends signals while the module is read from a pipe or a
// FIFO, and while it is compiled, which takes minutes in one function.
func TestSignalEndsLoading(t *testing.T) {
	dir := t.TempDir()
	fifo, slow := filepath.Join(dir, "fifo"), filepath.Join(dir, "slow.wasm")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(slow, branches(45_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"-", fifo, slow} {
		for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			for _, args := range [][]string{{"--no-cache"}, {"--cache-dir", filepath.Join(dir, "cache"), "--cycles", "2"}} {
				t.Run(filepath.Base(module)+"/"+s.String()+"/"+args[0], func(t *testing.T) {
					t.Parallel()
					c := exec.Command(must(os.Executable()), append(append([]string{"run"}, args...), module)...)
					c.Env = append(os.Environ(), asCommand+"=1", "GOMAXPROCS=1")
					var stderr bytes.Buffer
					c.Stderr = &stderr
					stdin, err := c.StdinPipe()
					if err != nil {
						t.Fatal(err)
					}
					defer stdin.Close()
					if err := c.Start(); err != nil {
						t.Fatal(err)
					}
					defer func() { _ = c.Process.Kill() }()
					time.Sleep(200 * time.Millisecond) // a signal that comes sooner ends the process as well
					if err := c.Process.Signal(s); err != nil {
						t.Fatal(err)
					}
					ended := make(chan struct{})
					go func() { defer close(ended); _ = c.Wait() }()
					select {
					case <-ended:
					case <-time.After(watchdog):
						t.Fatal("the process goes on")
					}
					status := c.ProcessState.Sys().(syscall.WaitStatus)
					if code := status.ExitStatus(); code != exitSignal(s) && status.Signal() != s {
						t.Errorf("exit code %d\n%s", code, &stderr)
					}
					if strings.Contains(stderr.String(), "cancel") {
						t.Errorf("standard error is\n%s", &stderr)
					}
				})
			}
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
