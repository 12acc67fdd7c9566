package engine

import (
	"context"
	goruntime "runtime"
	"time"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/callstack"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// samplePeriod is how far samples of a guest's stack are apart, in its own time:
// at least, as a guest is sampled only where it calls the host.
const samplePeriod = time.Millisecond

// sampler tells when a guest's stack is to be sampled. It follows one call at a time,
// and outlives it: where calls are shorter than a period, their times add up.
type sampler struct {
	profile *cpuProfile
	called  api.Function  // by the engine; nil in a start section
	owed    time.Duration // of the guest's time, up to began, that no sample has
	began   time.Duration // by threadTime, when the call or the present period began
	next    time.Time     // before which no sample is due

	// Of the host function that is called: a frame for itself, and the guest's frames
	// or else the iterator over them.
	stack []byte
	rest  experimental.StackIterator
}

// begin is called before a call of the guest, by the goroutine that makes it.
func (s *sampler) begin(f api.Function) {
	s.called = f
	goruntime.LockOSThread() // whose time is measured
	s.began, s.next = threadTime(), time.Now().Add(samplePeriod-s.owed)
}

// end is called after the call.
func (s *sampler) end() {
	s.owed += threadTime() - s.began
	s.stack, s.rest, s.called = s.stack[:0], nil, nil
	goruntime.UnlockOSThread()
}

// due returns the time since the last sample, if a period is over, and begins the
// next one. Else it returns 0.
func (s *sampler) due() time.Duration {
	now := time.Now()
	if now.Before(s.next) {
		return 0
	}
	t := threadTime()
	taken := s.owed + t - s.began
	if taken < samplePeriod { // the thread waited meanwhile
		s.next = now.Add(samplePeriod - taken)
		return 0
	}
	s.owed, s.began, s.next = 0, t, now.Add(samplePeriod)
	return taken
}

// profiledContext carries the sampler of the guest that is called.
type profiledContext struct {
	context.Context
	sampler  *sampler
	instance *Instance
}

type profiledKey struct{}

func (c *profiledContext) Value(key any) any {
	if key == (profiledKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// profiled returns the context for a call of the guest, which end ends.
func (in *Instance) profiled(ctx context.Context, f api.Function) (profiled context.Context, end func()) {
	p := in.module.profile
	if p == nil {
		return ctx, func() {}
	}
	s := p.take()
	s.begin(f)
	return &profiledContext{ctx, s, in}, func() {
		s.end()
		p.give(s)
	}
}

// tick returns the host function that a guest calls now and then.
func (p *cpuProfile) tick() api.GoFunc {
	switch {
	case p == nil || p.stacks.module.plan.Mode() == instrument.Fuel:
		return tick
	case p.stacks.module.runtime.compiles:
		return tickEvery(instrument.Reload)
	default: // which takes about as much longer
		return tickEvery(instrument.Reload / 16)
	}
}

// sampleTick is called before tick.
func sampleTick(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, it experimental.StackIterator) {
	c, ok := ctx.Value(profiledKey{}).(*profiledContext)
	if !ok {
		return
	}
	if !c.instance.ticked { // always at the same place, where the host grants the first units
		c.instance.ticked = true
		return
	}
	if d := c.sampler.due(); d > 0 {
		s := c.sampler
		s.stack, s.rest = s.stack[:0], it
		s.walk()
		s.profile.add(s.stack, d)
	}
}

// hostCall samples the calls of a host function. A sample that is due before the call
// belongs to the caller, one that is due after it to the host function.
type hostCall struct{ index uint32 } // of the import

// Before is called before the function.
func (h hostCall) Before(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, it experimental.StackIterator) {
	c, ok := ctx.Value(profiledKey{}).(*profiledContext)
	if !ok {
		return
	}
	s := c.sampler
	s.stack, s.rest = heapFrame{function: h.index}.append(s.stack[:0]), it
	d := s.due()
	if d > 0 || !s.profile.stacks.module.runtime.compiles { // the interpreter clears the iterator
		s.walk()
	}
	if d > 0 {
		s.profile.add(s.stack[frameBytes:], d)
	}
}

// After is called when the function returned. wazero v1.12.0 has not touched the
// iterator of compiled code since.
func (h hostCall) After(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64) {
	c, ok := ctx.Value(profiledKey{}).(*profiledContext)
	if !ok {
		return
	}
	s := c.sampler
	if d := s.due(); d > 0 {
		s.walk()
		s.profile.add(s.stack, d)
	}
}

// Abort is called when the function ended the guest.
func (hostCall) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}

// walk adds the guest's frames to the stack, once.
func (s *sampler) walk() {
	if s.rest == nil {
		return
	}
	m, it := s.profile.stacks.module, &countedFrames{s.rest, 0}
	begin := len(s.stack)
	s.stack, s.rest = m.walk(s.stack, it, profiledCalls), nil
	if it.n >= iteratedFrames && s.called != nil && m.runtime.compiles {
		s.stack = m.walkDeep(s.stack[:begin], it.Function(), s.called)
	}
}

// iteratedFrames is how many frames an iterator of wazero v1.12.0 has at most, in
// compiled code.
const iteratedFrames = 29

// countedFrames counts the frames of an iterator.
type countedFrames struct {
	experimental.StackIterator
	n int
}

func (c *countedFrames) Next() bool {
	more := c.StackIterator.Next()
	if more {
		c.n++
	}
	return more
}

// walkDeep is walk for the stack of a call in progress that has more frames than an
// iterator tells. any is a function of the iterator.
func (m *Module) walkDeep(stack []byte, any experimental.InternalFunction, called api.Function) []byte {
	calls, _ := callstack.Calls(called, false, profiledCalls)
	imported := m.binary.Imported(wasmbin.ImportFunction)
	for _, c := range calls {
		if c.Function < m.binary.Functions { // and was not added
			place := any.SourceOffsetForPC(experimental.ProgramCounter(c.Address))
			stack = heapFrame{imported + c.Function, uint32(place)}.append(stack)
		}
	}
	return stack
}

// NewFunctionListener returns the listener of a function of the host. It implements
// [experimental.FunctionListenerFactory].
func (p *cpuProfile) NewFunctionListener(d api.FunctionDefinition) experimental.FunctionListener {
	if d.ModuleName() == instrument.HostModule {
		return experimental.FunctionListenerFunc(sampleTick)
	}
	return hostCall{p.imported(d)}
}

// listening returns a context in which host modules are compiled so that their calls
// are sampled. Modules of guests are compiled without: there, each call would leave
// the compiled code.
func (p *cpuProfile) listening(ctx context.Context) context.Context {
	if p == nil {
		return ctx
	}
	return experimental.WithFunctionListenerFactory(ctx, p)
}
