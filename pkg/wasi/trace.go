package wasi

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Trace writes a line for each call that a guest makes, as strace does. It is
// of a Config; nil traces nothing and costs a comparison.
type Trace struct {
	Writer    io.Writer // gets whole lines, one Write each; its errors are ignored
	Durations bool      // end each line with the time that the call took
	wanted    map[string]bool
}

// NewTrace returns a trace of the groups and functions named, all of them
// where none is. A group is a function's name up to its first underscore: fd,
// path, sock. An unknown name is an error that lists the groups.
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

// TraceGroups lists the groups of functions.
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

// traced makes the call and writes its line, also where the call ends the
// guest. What the guest passed is decoded before the call, which overwrites
// it; what it got, after.
func (s *System) traced(r *row, unstable bool, call handler, m memory, stack []uint64) (errno Errno) {
	args := slices.Clone(stack)
	params := r.traceParams(unstable)
	line := append([]byte(nil), r.name...)
	line = append(line, '(')
	for i, p := range params {
		if i > 0 {
			line = append(line, ", "...)
		}
		line = append(append(line, p.name...), '=')
		line = p.before(line, m, args[p.index:])
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
			if errno == ESUCCESS {
				for _, p := range params {
					line = p.after(line, m, args)
				}
			}
		}
		if s.trace.Durations {
			line = fmt.Appendf(line, " <%.6f>", took.Seconds())
		}
		_, _ = s.trace.Writer.Write(append(line, '\n'))
	}()
	errno = call(s, m, stack)
	returned = true
	return errno
}

// traceParam is one parameter as a trace shows it.
type traceParam struct {
	name, kind string
	index      int // of its first value
	unstable   bool
}

func (r *row) traceParams(unstable bool) []traceParam {
	var params []traceParam
	index := 0
	for field := range strings.FieldsSeq(r.params) {
		name, kind, _ := strings.Cut(field, ":")
		params = append(params, traceParam{name, kind, index, unstable})
		index += paramWidth(kind)
	}
	return params
}
