package wasi

import (
	"context"

	"github.com/tetratelabs/wazero/api"
)

// The names of the host modules. wasi_unstable is the phase before preview1
// and has its own ABI; see [Modules].
const (
	ModulePreview1 = "wasi_snapshot_preview1"
	ModuleUnstable = "wasi_unstable"
)

// HostModule is a module of host functions, for an embedder to define in its
// wazero runtime.
type HostModule struct {
	Name      string
	Functions []Function
}

// Function is one function of a [HostModule]. Define it with wazero's
// HostFunctionBuilder.WithGoModuleFunction(Call, Params, Results). It holds no
// state and may be used by any number of runtimes and goroutines.
//
// Call finds the guest's [System] in its context (see [WithSystem]) and panics
// without one. It panics with a *sys.ExitError to end the guest, which wazero
// returns to whoever called the guest.
type Function struct {
	Name            string
	ParamNames      []string // one for each of Params
	Params, Results []api.ValueType
	Wait            Wait
	Call            api.GoModuleFunction
}

// Modules returns the host modules preview1, with 46 functions, and
// wasi_unstable, which has all of them but sock_accept. wasi_unstable differs
// in fd_seek's whence, and in the layouts of filestat and of poll_oneoff's
// subscription.
func Modules() []HostModule {
	modules := []HostModule{{Name: ModulePreview1}, {Name: ModuleUnstable}}
	for i := range modules {
		m := &modules[i]
		for j := range table {
			if f, ok := table[j].in(m.Name); ok {
				m.Functions = append(m.Functions, f)
			}
		}
	}
	return modules
}

// Find returns one function of one of the [Modules], and whether there is one.
// It saves an embedder that defines few functions from making all of them.
func Find(module, name string) (Function, bool) {
	for i := range table {
		if table[i].name == name {
			return table[i].in(module)
		}
	}
	return Function{}, false
}

// in returns the row's function in the given module.
func (r *row) in(module string) (Function, bool) {
	switch {
	case module == ModulePreview1:
		return r.function(r.handler, false), true
	case module != ModuleUnstable, r.name == "sock_accept": // new in preview1
		return Function{}, false
	case r.unstable != nil:
		return r.function(r.unstable, true), true
	}
	return r.function(r.handler, true), true
}

func (r *row) function(h handler, unstable bool) Function {
	names, types := r.signature()
	f := Function{Name: r.name, ParamNames: names, Params: types, Wait: r.wait}
	if r.name != "proc_exit" {
		f.Results = []api.ValueType{api.ValueTypeI32}
	}
	f.Call = &dispatcher{r, h, unstable}
	return f
}

// dispatcher connects wazero to a handler. Every call passes through it.
type dispatcher struct {
	row      *row
	handler  handler
	unstable bool
}

// Call implements wazero's GoModuleFunction.
func (d *dispatcher) Call(ctx context.Context, mod api.Module, stack []uint64) {
	sc := systemContextOf(ctx)
	if sc == nil || sc.system.closed {
		panic("wasi: the guest was called without an open System in its context")
	}
	sc.exitIfDone()
	c := sc.system.begin(ctx, mod, stack)
	var errno Errno
	if t := c.system.trace; t != nil && t.wants(d.row.name) {
		errno = t.call(d, c)
	} else {
		errno = d.handler(c)
	}
	if len(stack) > 0 { // sched_yield's stack holds only its result, proc_exit's none
		stack[0] = uint64(errno)
	}
	c.end() // not deferred: a panic ends the guest, and System.Close finds every call value
}
