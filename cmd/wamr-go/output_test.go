package main

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// fails is a writer that fails from the nth write on, each time in another way.
type fails struct{ left, n int }

func (f *fails) Write(p []byte) (int, error) {
	if f.left > 0 {
		f.left--
		return len(p), nil
	}
	f.n++
	return 0, fmt.Errorf("failure %d", f.n)
}

func TestOutput(t *testing.T) {
	for _, tc := range []struct {
		writes, good int
		want         string
	}{{0, 0, ""}, {3, 3, ""}, {1, 0, "failure 1"}, {5, 2, "failure 1"}} {
		o := &output{w: &fails{left: tc.good}}
		for range tc.writes {
			fmt.Fprint(o, "text")
		}
		if err := o.lost(); tc.want == "" && err != nil || tc.want != "" && (err == nil || err.Error() != tc.want) {
			t.Errorf("%d writes, %d of them good: %v, want %s", tc.writes, tc.good, err, tc.want)
		}
	}
}

// TestRunLosesOutput: output that is lost is told by the exit code, in words as
// long as there is a stream for them, and never as wrong usage.
func TestRunLosesOutput(t *testing.T) {
	for _, tc := range []struct {
		args           []string
		stdout, stderr bool // they accept writes
		code           int
	}{
		{[]string{"version"}, true, true, 0},
		{[]string{"version"}, false, true, exitCannotRun},
		{[]string{"version"}, true, false, 0},
		{[]string{"version"}, false, false, exitCannotRun},
		{[]string{"--no-such-flag"}, true, true, exitUsage},
		{[]string{"--no-such-flag"}, false, true, exitUsage},
		{[]string{"--no-such-flag"}, true, false, exitCannotRun},
		{nil, true, true, exitUsage},
		{nil, true, false, exitCannotRun},
	} {
		var out, messages bytes.Buffer
		stdout, stderr := &closing{&out, tc.stdout}, &closing{&messages, tc.stderr}
		if code := run(tc.args, &bytes.Buffer{}, stdout, stderr); code != tc.code {
			t.Errorf("%q: exit code %d, want %d", tc.args, code, tc.code)
		}
		if tc.code != 0 && tc.stderr && messages.Len() == 0 {
			t.Errorf("%q: %d without a word", tc.args, tc.code)
		}
	}
}

// closing is a writer that is open or not.
type closing struct {
	b    *bytes.Buffer
	open bool
}

func (c *closing) Write(p []byte) (int, error) {
	if !c.open {
		return 0, errors.New("closed")
	}
	return c.b.Write(p)
}
