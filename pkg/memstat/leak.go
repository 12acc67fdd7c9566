package memstat

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Leak is what closed scopes still held, of one kind and from one site.
type Leak struct {
	Kind    Kind     `json:"kind"`
	Objects int64    `json:"objects"`
	Bytes   int64    `json:"bytes"`
	Cycle   uint64   `json:"cycle"`          // number of the first scope that lost one
	Site    []string `json:"site,omitempty"` // "function file:line", innermost first; absent where stacks were not recorded
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
		l = &Leak{Kind: kind, Cycle: number, Site: symbolize(site)}
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
			slices.Compare(a.Site, b.Site))
	})
	return leaks
}

// symbolize names the frames of a stack, innermost first. The Go runtime's own
// say nothing about who acquired, so that they are left out.
func symbolize(pcs []uintptr) []string {
	if len(pcs) == 0 {
		return nil
	}
	var site []string
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			site = append(site, fmt.Sprintf("%s %s:%d", shortFunction(f.Function), shortFile(f.File), f.Line))
		}
		if !more {
			return site
		}
	}
}

// shortFunction drops the import path before the package name.
func shortFunction(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// shortFile keeps a file and its folder.
func shortFile(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return path
	}
	return path[strings.LastIndexByte(path[:i], '/')+1:]
}
