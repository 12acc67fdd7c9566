package leaktest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
)

// thing is an object that must be given back.
type thing struct {
	what string // such as "wazero instance"
	site string // the calls that made it, from the first outside the library
}

// tally counts things.
type tally map[thing]int64

const (
	wazeroModule = "github.com/tetratelabs/wazero"
	enginePath   = "github.com/wamr-go/wamr-go/pkg/engine"
	ownPath      = "github.com/wamr-go/wamr-go/pkg/memstat/leaktest"

	engineRuntime, engineModule, engineInstance = "engine runtime", "engine module", "engine instance"
	wazeroRuntime                               = "wazero runtime"
)

// makers maps the functions of wazero that allocate one object for each thing to the
// name of the thing.
var makers = map[string]string{
	wazeroModule + ".NewRuntimeWithConfig":                                       wazeroRuntime,
	wazeroModule + ".NewCompilationCache":                                        "wazero compilation cache",
	wazeroModule + ".NewCompilationCacheWithDir":                                 "wazero compilation cache",
	wazeroModule + "/internal/engine/wazevo.(*engine).addCompiledModuleToMemory": "wazero compiled module",
	wazeroModule + "/internal/engine/interpreter.(*engine).addCompiledFunctions": "wazero compiled module",
	wazeroModule + "/internal/wasm.(*Store).instantiate":                         "wazero instance",
}

// inUse counts the things in the heap and in goroutines.
func inUse() tally {
	things := make(tally)
	things.addHeap()
	things.addCalls()
	return things
}

// addHeap adds the live allocations of wazero. A maker may allocate several
// objects for a thing: the count is that of the place with the most.
func (things tally) addHeap() {
	places := make(map[thing]map[uintptr]int64)
	for _, r := range census.HeapProfile() {
		stack := r.Stack()
		objects := r.InUseObjects()
		if objects == 0 || len(stack) == 0 {
			continue
		}
		frames := callers(stack)
		if len(frames) == 0 {
			continue
		}
		what, ok := makers[frames[0].Function]
		if !ok {
			continue
		}
		ours := slices.ContainsFunc(frames, isEngine)
		switch {
		case ours && what == wazeroRuntime:
			what = engineModule // each has a wazero runtime of its own
		case ours:
			continue // its scope tells
		}
		t := thing{what, outside(frames)}
		if places[t] == nil {
			places[t] = make(map[uintptr]int64)
		}
		places[t][frames[0].PC] += objects
	}
	for t, counts := range places {
		for _, n := range counts {
			things[t] = max(things[t], n)
		}
	}
}

// addCalls adds goroutines that run a guest. Goroutines that a library itself
// started end with the object that they serve.
func (things tally) addCalls() {
	for _, r := range census.GoroutineProfile() {
		frames := callers(r.Stack())
		if !slices.ContainsFunc(frames, isLibrary) {
			continue
		}
		if site := outside(frames); site != "" {
			things[thing{"running call of a guest", site}]++
		}
	}
}

// addScopes adds the runtimes and instances whose scopes are open.
func (things tally) addScopes(scopes []memstat.OpenScope) {
	for _, s := range scopes {
		frames := callers(s.Stack)
		what := "scope of a ledger"
		switch ours := slices.ContainsFunc(frames, isEngine); {
		case ours && s.Number == 0:
			what = engineRuntime
		case ours:
			what = engineInstance
		}
		things[thing{what, outside(frames)}]++
	}
}

// since describes the things of which there are more than before, in order.
func (things tally) since(before tally) []string {
	var list []string
	instances := false // of package engine, which keep their module
	for t, n := range things {
		instances = instances || t.what == engineInstance && n > before[t]
	}
	for t, n := range things {
		n -= before[t]
		if n <= 0 || t.what == engineModule && instances {
			continue
		}
		number := ""
		if n > 1 {
			number = fmt.Sprintf("%d × ", n)
		}
		list = append(list, fmt.Sprintf("not given back: %s%s, made at:%s", number, t.what, t.site))
	}
	slices.Sort(list)
	return list
}

// callers returns the frames of a stack without those of the Go runtime's
// allocator, innermost first.
func callers(stack []uintptr) []runtime.Frame {
	var list []runtime.Frame
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if f.Function != "" && (len(list) > 0 || !strings.HasPrefix(f.Function, "runtime.")) {
			list = append(list, f)
		}
		if !more {
			return list
		}
	}
}

// outside returns the calls from the one that entered a library to the test, one
// a line.
func outside(frames []runtime.Frame) string {
	first := max(slices.IndexFunc(frames, isLibrary), 0)
	for first < len(frames) && isLibrary(frames[first]) {
		first++
	}
	var b strings.Builder
	for _, f := range frames[first:] {
		if strings.HasPrefix(f.Function, "testing.") || strings.HasPrefix(f.Function, "runtime.") || within(f.Function, ownPath) {
			break
		}
		fmt.Fprintf(&b, "\n\t%s\n\t\t%s:%d", f.Function, f.File, f.Line)
	}
	return b.String()
}

// isEngine reports whether a frame is of package engine or beneath it.
func isEngine(f runtime.Frame) bool { return within(f.Function, enginePath) }

// isLibrary reports whether a frame is of package engine or of wazero.
func isLibrary(f runtime.Frame) bool { return isEngine(f) || within(f.Function, wazeroModule) }

// within reports whether a function belongs to the package of that path, or to
// one beneath it.
func within(function, path string) bool {
	rest, ok := strings.CutPrefix(function, path)
	return ok && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "/"))
}
