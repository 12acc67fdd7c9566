package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument/heaphelper"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// heapWatch is the host's part in watching the heap of one instance. It is used by
// the calls of the instance, one at a time.
type heapWatch struct {
	code     *heapCode
	heap     *guestheap.Heap
	stacks   heapStacks
	helper   api.Module // of this instance alone
	contexts int        // in the helper's table
	lowest   uint32     // stack pointer that was seen
	unknown  uint64     // frees of unknown blocks, where the allocator is a guess
	before   uint64     // blocks that the guest had before it began
	started  time.Time
}

// heapContext carries the watch of the guest that is called.
type heapContext struct {
	context.Context
	watch *heapWatch
}

type heapKey struct{}

func (c *heapContext) Value(key any) any {
	if key == (heapKey{}) {
		return c.watch
	}
	return c.Context.Value(key)
}

// watchHeap makes the watch of an instance that is to be made, and its helper. The
// context that it returns is that for the guest.
func (in *Instance) watchHeap(ctx context.Context) (context.Context, error) {
	m := in.module
	if m.heap.rewriting() == nil {
		return ctx, nil
	}
	cfg := &m.runtime.config.Heap
	w := &heapWatch{code: m.heap, heap: guestheap.NewHeap(cfg.Errors), lowest: ^uint32(0), started: time.Now()}
	w.stacks = heapStacks{module: m, callers: cfg.callers()}
	var err error
	if w.helper, err = m.linker.InstantiateModule(ctx, m.helper, named("")); err != nil {
		return nil, fmt.Errorf("the helper of a watched heap: %w", err)
	}
	in.watch = w
	ctx = experimental.WithImportResolver(ctx, func(name string) api.Module {
		if name == instrument.HeapHelper {
			return w.helper
		}
		return nil
	})
	return &heapContext{ctx, w}, nil
}

// watched returns ctx with the instance's watch, if it has one. The guest is about
// to be called from outside.
func (in *Instance) watched(ctx context.Context) context.Context {
	if in.watch == nil {
		return ctx
	}
	if g, ok := in.guest.ExportedGlobal(instrument.HeapContext).(api.MutableGlobal); ok {
		g.Set(0)
	}
	in.watch.drain()
	return &heapContext{ctx, in.watch}
}

func closeHelper(ctx context.Context, in *Instance) error {
	if in.watch == nil {
		return nil
	}
	return in.watch.helper.Close(ctx)
}

// watchOf returns the watch of the guest that calls. Without one the host has
// called the guest in a way that the engine does not: that is a bug.
func watchOf(ctx context.Context) *heapWatch {
	w, ok := ctx.Value(heapKey{}).(*heapWatch)
	if !ok {
		panic(errNoWatch)
	}
	return w
}

var errNoWatch = errors.New("the guest was called without its heap's watch")

// walkStack is called before heapStack, with the stack of the call.
func walkStack(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, it experimental.StackIterator) {
	w := watchOf(ctx)
	w.stacks.walk(it)
}

// heapStack gives the stack that was walked a number, and keeps it for the
// context: stack(context i64) i32.
func heapStack(ctx context.Context, guest api.Module, stack []uint64) {
	w := watchOf(ctx)
	w.drain() // so that the time of a peak is known better
	id := w.stacks.walked()
	w.remember(stack[0], id)
	w.see(guest)
	stack[0] = uint64(id)
}

// heapCheck says whether a block that the helper does not know can be freed or
// reallocated: check(call, address, stack i32) i32.
func heapCheck(ctx context.Context, _ api.Module, stack []uint64) {
	w := watchOf(ctx)
	w.drain()
	call, addr, id := uint32(stack[0]), uint32(stack[1]), guestheap.StackID(stack[2])
	w.adopt(addr, id)
	if w.code.guessed && !w.heap.Live(addr) { // more likely the guess is wrong than the guest
		w.unknown++
		stack[0] = 1
		return
	}
	ok := false
	switch call {
	case instrument.HeapCallFree:
		if ok = w.heap.Free(addr, id); ok {
			w.forget(addr)
		}
	case instrument.HeapCallRealloc:
		ok = w.heap.Check(guestheap.CallRealloc, addr, id)
	}
	stack[0] = 0
	if ok {
		stack[0] = 1
	}
}

// heapOverflow notes overflow(elements, size, stack i32) of a calloc.
func heapOverflow(ctx context.Context, _ api.Module, stack []uint64) {
	watchOf(ctx).heap.Overflow(uint32(stack[0]), uint32(stack[1]), guestheap.StackID(stack[2]))
}

// heapFlush takes the log, which is full: flush(bytes i32).
func heapFlush(ctx context.Context, helper api.Module, stack []uint64) {
	watchOf(ctx).take(helper, uint32(stack[0]))
}

// drain takes the records in the log.
func (w *heapWatch) drain() {
	if logged, ok := w.helper.ExportedGlobal("logged").(api.MutableGlobal); ok {
		n := uint32(logged.Get())
		logged.Set(0)
		w.take(w.helper, n)
	}
}

// take accounts for records of the log.
//
//go:noinline
func (w *heapWatch) take(helper api.Module, bytes uint32) {
	log, ok := helper.Memory().Read(heaphelper.Log, bytes)
	if !ok {
		panic(fmt.Errorf("a log of %d bytes", bytes))
	}
	w.heap.Until(time.Since(w.started))
	for ; len(log) >= heaphelper.Record; log = log[heaphelper.Record:] {
		r := (*[heaphelper.Record]byte)(log)
		what, place := binary.LittleEndian.Uint64(r[:]), binary.LittleEndian.Uint64(r[8:])
		addr, size, stack := uint32(what>>32), uint32(place), guestheap.StackID(place>>32)
		switch uint32(what) {
		case heaphelper.Alloc:
			w.heap.Alloc(addr, size, stack)
		case heaphelper.Free:
			w.heap.Free(addr, stack)
		case heaphelper.Resize:
			w.heap.Resize(addr, size, stack)
		case heaphelper.Keep:
			w.heap.Keep(addr)
		}
	}
}

// forget clears the helper's bit of a block that was freed here.
func (w *heapWatch) forget(addr uint32) {
	memory := w.helper.Memory()
	at := uint32(heaphelper.Bits) + addr>>5
	if b, ok := memory.ReadByte(at); ok && addr%4 == 0 {
		memory.WriteByte(at, b&^(1<<(addr>>2&7)))
	}
}

// remember writes a context to the helper's table. A table that is full begins
// anew: then stacks are walked again, and get the numbers that they have.
func (w *heapWatch) remember(hash uint64, id guestheap.StackID) {
	const most = heaphelper.Slots * 3 / 4
	memory := w.helper.Memory()
	if w.contexts >= most {
		if table, ok := memory.Read(heaphelper.Contexts, heaphelper.Slots*heaphelper.Slot); ok {
			clear(table)
		}
		w.contexts = 0
	}
	for slot := heaphelper.SlotOf(hash); ; slot = (slot + 1) % heaphelper.Slots {
		at := uint32(heaphelper.Contexts) + slot*heaphelper.Slot
		used, _ := memory.ReadUint32Le(at + 8)
		if known, _ := memory.ReadUint64Le(at); used != 0 && known == hash {
			return
		}
		if used == 0 {
			memory.WriteUint64Le(at, hash)
			memory.WriteUint32Le(at+8, uint32(id))
			w.contexts++
			return
		}
	}
}
