package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// GuestHeap scans the guest's memory and reports the work of its allocator: its totals,
// the live and the lost blocks, and the errors. It returns nil without
// HeapConfig.Check, and once the instance is closed. Call it after the guest ended, in
// whatever way, or between two calls. It waits for a call in progress.
//
// It cannot see the local variables of running functions: a block that only they point
// to counts as lost. That matters after proc_exit, a trap and a timeout, but not after
// a return.
func (in *Instance) GuestHeap() *guestheap.Report {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.guestHeap()
}

// heapSites is how many places a report names for the peak, and in all.
const heapSites = 10

// guestHeap is GuestHeap for a caller who holds the lock.
func (in *Instance) guestHeap() *guestheap.Report {
	code := in.module.heap
	if code == nil || in.closed {
		return nil
	}
	if code.plan == nil {
		r := guestheap.NewHeap(0).Report(nil, guestheap.Options{Growth: in.growth()})
		r.Collector, r.Allocators = string(code.collector), []string{}
		r.Notes = []string{fmt.Sprintf("this is a program of %s, which collects its garbage: its allocations and frees "+
			"cannot be seen, only how its linear memory grows", code.collector)}
		return r
	}
	if in.watch == nil || in.guest == nil {
		return nil
	}
	w, cfg := in.watch, &in.module.runtime.config.Heap
	w.drain()
	o := guestheap.Options{Memory: in.guest.Memory(), Suppressions: cfg.Suppressions, Sites: heapSites, AllSites: cfg.Sites, Growth: in.growth()}
	roots, notes := in.roots()
	o.Roots = roots
	r := w.heap.Report(&w.stacks, o)
	for _, f := range code.functions {
		r.Allocators = append(r.Allocators, fmt.Sprintf("%s: %s", f.Role, allocator.Demangle(f.Name)))
	}
	slices.Sort(r.Allocators)
	r.Allocators = slices.Compact(r.Allocators)
	r.Notes = append(code.notes(w.unknown), notes...)
	if w.before > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("the guest freed %s that its data contained when it began, as in a snapshot of a program that had run: "+
			"blocks that only other such blocks point to count as lost", plural(w.before, "block")))
	}
	if w.stacks.truncated() {
		r.Notes = append(r.Notes, fmt.Sprintf("only the first %d call stacks are told apart", maxStacks))
	}
	return r
}

// growth says how the linear memory grew.
func (in *Instance) growth() guestheap.Growth {
	m := in.memoryStat(false)
	return guestheap.Growth{InitialBytes: m.InitialBytes, Bytes: m.PeakBytes, Grows: m.Grows}
}

// notes describes the peculiarities of the allocator that was found.
func (c *heapCode) notes(unknown uint64) []string {
	switch {
	case c.guessed && unknown > 0:
		return []string{fmt.Sprintf("the allocator was guessed by its code, and the guest freed %s that it does not know: "+
			"do not trust these figures", plural(unknown, "block"))}
	case c.guessed:
		var list []string
		for _, f := range c.functions {
			list = append(list, fmt.Sprintf("%s is function %d", f.Role, f.Index))
		}
		note := "the module has no names, so its allocator was guessed by its code: " + strings.Join(list, ", ") + "; wrong frees are not errors"
		if !slices.ContainsFunc(c.functions, func(f allocator.Function) bool { return f.Role == allocator.Realloc }) {
			note += ", and a realloc that grows in place is not seen"
		}
		return []string{note}
	}
	frees := slices.ContainsFunc(c.functions, func(f allocator.Function) bool { return f.Role == allocator.Free })
	if !frees {
		return []string{"no free was found: all blocks count as live"}
	}
	return nil
}

func plural(n uint64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// roots returns where the guest keeps pointers outside of its blocks: in its
// global variables, in its data, and in its stack as far as it is in use.
func (in *Instance) roots() (guestheap.Roots, []string) {
	var roots guestheap.Roots
	var notes []string
	if guest, ok := in.guest.(experimental.InternalModule); ok {
		for i := range guest.NumGlobal() {
			if g := guest.Global(i); g.Type() == api.ValueTypeI32 {
				roots.Words = append(roots.Words, uint32(g.Get()))
			}
		}
	}
	// The allocator's header precedes the first block.
	const header = 16
	low := in.watch.heap.Lowest()
	low -= min(low, header)
	layout, err := in.module.heap.layout()
	if err != nil {
		roots.Ranges = []guestheap.Range{{Start: 0, End: low}}
		return roots, append(notes, fmt.Sprintf("the guest's code could not be read for addresses: %v", err))
	}
	if layout.hasStack && !layout.first { // then the heap begins where the stack ends
		low = min(low, layout.top)
	}
	roots.Ranges = []guestheap.Range{{Start: 0, End: low}}
	roots.Initial = layout.data
	for _, own := range layout.statics.Allocator {
		if own[1] <= low {
			roots.Not = append(roots.Not, guestheap.Range{Start: own[0], End: own[1]})
		}
	}
	if sp, ok := in.stackPointer(layout); ok {
		roots.Not = append(roots.Not, layout.unused(sp, in.watch.lowest))
	}
	return roots, notes
}

// stackPointer returns the value of the guest's stack pointer.
func (in *Instance) stackPointer(l *heapLayout) (uint32, bool) {
	guest, ok := in.guest.(experimental.InternalModule)
	if !ok || !l.hasStack || int(l.pointer) >= guest.NumGlobal() {
		return 0, false
	}
	sp := uint32(guest.Global(int(l.pointer)).Get())
	return sp, sp <= l.top
}

// see notes the guest's stack pointer, if it is lower than ever before.
func (w *heapWatch) see(guest api.Module) {
	m, ok := guest.(experimental.InternalModule)
	if !ok || !w.code.hasStack || int(w.code.pointer) >= m.NumGlobal() {
		return
	}
	if sp := uint32(m.Global(int(w.code.pointer)).Get()); sp < w.lowest {
		w.lowest = sp
	}
}
