package wasi

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Trace writes one line for each WASI call, in the form of strace. Make one
// with [NewTrace], or as a literal to trace all functions, and set it in a
// [Config]. It may serve several Systems, if its Writer is safe for that.
type Trace struct {
	Writer    io.Writer // gets each line in one Write, as Config.Stdout would; its errors are ignored
	Durations bool      // end each line with the call's duration in seconds
	wanted    map[string]bool
}

// NewTrace returns a Trace of the given functions and groups of functions, or
// of all functions if names is empty. A group is the part of a function's name
// before its first underscore, such as fd, path or sock. The error for an
// unknown name lists the groups.
func NewTrace(w io.Writer, durations bool, names ...string) (*Trace, error) {
	t := &Trace{Writer: w, Durations: durations}
	for _, name := range names {
		found := false
		for _, r := range table {
			if r.name == name || traceGroup(r.name) == name {
				found = true
				if t.wanted == nil {
					t.wanted = make(map[string]bool)
				}
				t.wanted[r.name] = true
			}
		}
		if !found {
			return nil, fmt.Errorf("unknown group or function %q (groups: %s)", name, strings.Join(TraceGroups(), ", "))
		}
	}
	return t, nil
}

// TraceGroups returns the groups that [NewTrace] knows.
func TraceGroups() []string {
	var groups []string
	for _, r := range table {
		if g := traceGroup(r.name); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

func traceGroup(name string) string {
	group, _, _ := strings.Cut(name, "_")
	return group
}

func (t *Trace) wants(name string) bool {
	return t.wanted == nil || t.wanted[name]
}

// call makes a call and writes its line, even if the call ends the guest. It
// formats the parameters before the call, which may overwrite the memory that
// they point to, and the results after it.
func (t *Trace) call(d *dispatcher, c *call) (errno Errno) {
	args := c.params
	line := append([]byte(nil), d.row.name...)
	line = append(line, '(')
	at := 0
	for i, p := range d.row.params {
		if i > 0 {
			line = append(line, ", "...)
		}
		line = append(append(line, p.name...), '=')
		line = p.appendArg(line, c.memory, args[at:], d.unstable)
		at += p.width()
	}
	line = append(line, ") = "...)
	start := time.Now()
	returned := false
	defer func() {
		took := time.Since(start)
		if !returned {
			line = append(line, '?')
		} else {
			line = append(line, errno.String()...)
		}
		if returned && errno == ESUCCESS {
			line = d.row.appendResults(line, c.memory, args, d.unstable)
		}
		if t.Durations {
			line = fmt.Appendf(line, " <%.6f>", took.Seconds())
		}
		line = append(line, '\n')
		_, _ = c.writeFile(c.system.traceTo, [][]byte{line}) // errors are ignored
	}()
	errno = d.handler(c)
	returned = true
	return errno
}

// appendResults appends the results that the call wrote through its pointer
// parameters.
func (r *row) appendResults(line []byte, m memory, args []uint64, unstable bool) []byte {
	at := 0
	for _, p := range r.params {
		line = p.appendResult(line, m, args[at:], unstable)
		at += p.width()
	}
	return line
}
