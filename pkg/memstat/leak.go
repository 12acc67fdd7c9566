package memstat

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Leak is a group of objects of one kind, acquired at one site, that scopes
// still held when they closed.
type Leak struct {
	Kind    Kind    `json:"kind"`
	Objects int64   `json:"objects"`
	Bytes   int64   `json:"bytes"`
	Cycle   uint64  `json:"cycle"`          // number of the first scope that lost one
	Site    []Frame `json:"site,omitempty"` // stack of the acquisition, innermost first; absent if stacks were not recorded
}

// LeakError is the error of a Close that could not give everything back. It may
// be one of several joined errors: see [SplitLeaks].
type LeakError struct {
	Leaks []Leak // at least one
}

// Error sums the leaks up by kind: "1,000 prestat_lock (24,000 bytes) not given
// back".
func (e *LeakError) Error() string {
	var sums []Leak
	for _, l := range e.Leaks {
		i := slices.IndexFunc(sums, func(s Leak) bool { return s.Kind == l.Kind })
		if i < 0 {
			i = len(sums)
			sums = append(sums, Leak{Kind: l.Kind})
		}
		sums[i].Objects += l.Objects
		sums[i].Bytes += l.Bytes
	}
	parts := make([]string, len(sums))
	for i, s := range sums {
		parts[i] = fmt.Sprintf("%s %s (%s bytes)", Grouped(s.Objects), s.Kind, Grouped(max(s.Bytes, 0)))
	}
	return strings.Join(parts, ", ") + " not given back"
}

// SplitLeaks separates the leaks in the error of a Close from its other
// failures, which it joins again. It looks into errors that are joined or
// wrapped. Both results are nil for a nil error.
func SplitLeaks(err error) (leaks []Leak, other error) {
	switch e := err.(type) { //nolint:errorlint // it walks the tree of errors itself
	case nil:
		return nil, nil
	case *LeakError:
		return e.Leaks, nil
	case interface{ Unwrap() []error }:
		var rest []error
		for _, part := range e.Unwrap() {
			lost, failure := SplitLeaks(part)
			leaks, rest = append(leaks, lost...), append(rest, failure)
		}
		if leaks == nil {
			return nil, err
		}
		return leaks, errors.Join(rest...)
	case interface{ Unwrap() error }:
		leaks, other = SplitLeaks(e.Unwrap())
		if leaks != nil && other == nil {
			return leaks, nil
		}
		return leaks, err
	default:
		return nil, err
	}
}

// leakTable groups leaks by kind and acquisition stack.
type leakTable map[leakKey]*Leak

// leakKey holds the stack by value, so that equal stacks are one key.
type leakKey struct {
	kind Kind
	site [siteDepth]uintptr
}

func newLeakTable() leakTable { return make(leakTable) }

func (t leakTable) empty() bool { return len(t) == 0 }

func (t leakTable) add(kind Kind, bytes int64, site []uintptr, number uint64) {
	key := leakKey{kind: kind}
	copy(key.site[:], site)
	l := t[key]
	if l == nil {
		l = &Leak{Kind: kind, Cycle: number, Site: Symbolize(site)}
		t[key] = l
	}
	l.Cycle = min(l.Cycle, number)
	l.Objects++
	l.Bytes += bytes
}

func (t leakTable) list() []Leak {
	leaks := make([]Leak, 0, len(t))
	for _, l := range t {
		leaks = append(leaks, *l)
	}
	slices.SortFunc(leaks, func(a, b Leak) int {
		return cmp.Or(cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(a.Kind, b.Kind),
			compareFrames(a.Site, b.Site))
	})
	return leaks
}
