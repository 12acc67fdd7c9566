package engine

import (
	"errors"
	"fmt"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// HeapConfig says how the heap of a guest is watched. The zero HeapConfig does not
// watch it, and costs nothing.
type HeapConfig struct {
	// Check rewrites the guest, so that each block of its allocator is known with
	// the stack of its allocation; see [Instance.GuestHeap]. Allocations take two
	// to four times as long. Compile fails with an *AllocatorError if it does not find the
	// allocator.
	Check bool
	// Functions are functions of the allocator, beside those that are known by
	// their names: "malloc=NAME" or "malloc=INDEX", with calloc, realloc, free or
	// posix_memalign in place of malloc, and the parameters of that.
	Functions []string
	// Callers bounds the calls of a stack; 0 means DefaultCallers. The most is
	// MaxCallers.
	Callers int
	// Errors bounds the errors of different places that are kept; 0 means
	// guestheap.DefaultMaxErrors.
	Errors int
	// Sites keeps all places in the report, for a profile: see
	// [guestheap.Report.Sites].
	Sites bool
	// Suppressions leave leaks and errors out of reports.
	Suppressions guestheap.Suppressions
}

// The calls of a stack. wazero v1.12.0 tells at most 30 frames, of which one is the
// host's, and one that of the function in place of the allocator's.
const (
	DefaultCallers = 12
	MaxCallers     = 28
)

// AllocatorError says that the functions by which a guest takes memory are not
// known. It wraps ErrNoAllocator or ErrHeapFunction.
type AllocatorError struct {
	Function string // of HeapConfig.Functions, or ""
	Problem  string
	Err      error
}

// The errors about allocators.
var (
	ErrNoAllocator  = errors.New("no allocator was found")
	ErrHeapFunction = errors.New("cannot be watched as a function of the allocator")
)

// Error tells the function and the problem.
func (e *AllocatorError) Error() string {
	if e.Function == "" {
		return fmt.Sprintf("%v: %s", e.Err, e.Problem)
	}
	return fmt.Sprintf("%s %v: %s", e.Function, e.Err, e.Problem)
}

// Unwrap returns ErrNoAllocator or ErrHeapFunction.
func (e *AllocatorError) Unwrap() error { return e.Err }

// heapCode is the code of a module whose heap is watched.
type heapCode struct {
	guest     *wasmbin.Module // as it was before
	module    *wasmbin.Module // that is compiled
	functions []allocator.Function
	collector allocator.Collector
	guessed   bool             // functions were found by their code alone
	plan      *instrument.Heap // nil where nothing is watched
	find      func() (*heapLayout, error)
	names     func() map[uint32]string // of the guest's functions
	pointer   uint32                   // index of the global that is the stack pointer
	hasStack  bool
}

// rewriting returns the plan by which the code was rewritten, or nil.
func (c *heapCode) rewriting() *instrument.Heap {
	if c == nil {
		return nil
	}
	return c.plan
}

// watched returns the module to compile in place of a guest. A nil heapCode
// changes nothing.
func (c *heapCode) watched(guest *wasmbin.Module) *wasmbin.Module {
	if c == nil {
		return guest
	}
	return c.module
}

// watch rewrites a module so that its heap is watched; nil without Check. The
// error is an *AllocatorError, or ErrNotRewritten.
func (c *HeapConfig) watch(m *wasmbin.Module) (*heapCode, error) {
	if !c.Check {
		return nil, nil
	}
	overrides, err := c.overrides()
	if err != nil {
		return nil, err
	}
	_, names := m.DropNames()
	found, err := allocator.Find(m, names, overrides)
	var override *allocator.OverrideError
	switch {
	case errors.As(err, &override):
		return nil, &AllocatorError{override.Override.Role.String() + "=" + override.Override.Name, override.Problem, ErrHeapFunction}
	case err != nil:
		return nil, err
	}
	h := &heapCode{guest: m, module: m, functions: found.Functions, collector: found.Collector, guessed: found.Guessed}
	if h.collector != "" && len(overrides) == 0 {
		return h, nil
	}
	if len(m.Memories)+int(m.Imported(wasmbin.ImportMemory)) != 1 || len(m.Memories) == 1 && m.Memories[0].Wide {
		return nil, &AllocatorError{Problem: "the module has not one memory of 32 bits", Err: ErrNoAllocator}
	}
	if len(h.functions) == 0 {
		return nil, &AllocatorError{Problem: "the module has no names of functions like malloc, exports none, and its code is not that of dlmalloc", Err: ErrNoAllocator}
	}
	if h.plan, err = instrument.NewHeap(m, h.functions); err != nil {
		return nil, notRewritten(err)
	}
	binary, err := h.plan.Rewrite()
	if err != nil {
		return nil, notRewritten(err)
	}
	if h.module, err = wasmbin.Parse(binary); err != nil {
		return nil, notRewritten(err)
	}
	h.pointer, _, h.hasStack = stackPointerOf(m)
	h.find = newLayout(h)
	h.names = namesOf(m, names)
	return h, nil
}

// namesOf returns the function that reads the names of a module's own functions,
// once, by their indexes.
func namesOf(m *wasmbin.Module, names wasmbin.Names) func() map[uint32]string {
	return sync.OnceValue(func() map[uint32]string {
		all, first := make([]uint32, m.Functions), m.Imported(wasmbin.ImportFunction)
		for i := range all {
			all[i] = first + uint32(i)
		}
		return names.Functions(all...)
	})
}

func notRewritten(err error) error {
	return because(ErrNotRewritten.Error()+": "+err.Error(), ErrNotRewritten, err)
}

// overrides reads Functions.
func (c *HeapConfig) overrides() ([]allocator.Override, error) {
	var all []allocator.Override
	for _, f := range c.Functions {
		o, err := allocator.ParseOverride(f)
		if err != nil {
			return nil, &AllocatorError{f, err.Error(), ErrHeapFunction}
		}
		all = append(all, o)
	}
	return all, nil
}

// callers returns Callers or its default.
func (c *HeapConfig) callers() int {
	if c.Callers <= 0 {
		return DefaultCallers
	}
	return min(c.Callers, MaxCallers)
}
