package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
)

// FuelError is the error of a guest that executed more instructions than
// Config.Fuel.
type FuelError struct{ Limit uint64 } // Config.Fuel

// Error tells the limit.
func (e *FuelError) Error() string {
	return fmt.Sprintf("the guest used up its fuel of %d instructions", e.Limit)
}

// meter counts the instructions of one instance. The guest counts down from the
// number that the meter grants.
type meter struct {
	limit   uint64 // 0 for none
	granted uint64 // up to now, used or not
	uneven  bool   // slices differ, so that a profile does not move in step with the guest
}

// meterSlice is the maximum that a meter grants at once, in instructions, so
// that the guest soon returns and checks whether its context is done.
const meterSlice = 500_000

// next takes the guest's counter and returns the next one, or ends the guest. A
// negative counter is the number of instructions beyond the grant.
func (m *meter) next(counter int64) int64 {
	used := m.used(counter)
	slice := uint64(meterSlice)
	if m.uneven {
		slice = uneven(slice)
	}
	if m.limit > 0 {
		if used > m.limit {
			panic(&FuelError{m.limit})
		}
		slice = min(slice, m.limit-used)
	}
	m.granted = used + slice
	return int64(slice)
}

// judge returns the outcome of a guest that exited after so many instructions: it
// may have used up its fuel since the last check.
func (m *meter) judge(o Outcome, used uint64) Outcome {
	if m.limit > 0 && used > m.limit {
		return Outcome{Kind: OutcomeFuel, Err: &FuelError{m.limit}}
	}
	return o
}

// used returns the number of instructions that the guest has used, given its
// counter.
func (m *meter) used(counter int64) uint64 { return m.granted - uint64(counter) }

// meterContext carries the meter of the guest that is called.
type meterContext struct {
	context.Context
	meter *meter
}

type meterKey struct{}

func (c *meterContext) Value(key any) any {
	if key == (meterKey{}) {
		return c.meter
	}
	return c.Context.Value(key)
}

// defineTick makes the host function that rewritten code calls now and then. In
// it the Go runtime can stop the goroutine, collect garbage and run others,
// which it cannot while compiled code runs.
func (l *linker) defineTick(ctx context.Context, tick api.GoFunc) error {
	counter := []api.ValueType{api.ValueTypeI64}
	_, err := l.NewHostModuleBuilder(instrument.HostModule).
		NewFunctionBuilder().WithGoFunction(tick, counter, counter).Export(instrument.HostTick).
		Instantiate(ctx)
	return err
}

// tick ends the guest if its context is done, or its fuel used up. The panic
// passes all of the guest's handlers of exceptions.
func tick(ctx context.Context, stack []uint64) {
	if err := ctx.Err(); err != nil {
		code := sys.ExitCodeContextCanceled
		if errors.Is(err, context.DeadlineExceeded) {
			code = sys.ExitCodeDeadlineExceeded
		}
		panic(sys.NewExitError(code))
	}
	if m, ok := ctx.Value(meterKey{}).(*meter); ok {
		stack[0] = uint64(m.next(int64(stack[0])))
	} else {
		stack[0] = instrument.Reload
	}
}

// tickEvery is tick for a guest that is profiled and has no meter: it grants so many
// units on average.
func tickEvery(units uint64) api.GoFunc {
	return func(ctx context.Context, stack []uint64) {
		tick(ctx, stack)
		stack[0] = uneven(units)
	}
}

// uneven returns a random amount, n on average.
func uneven(n uint64) uint64 { return n/2 + rand.Uint64N(n) + 1 }

// metered returns ctx with the instance's meter, if it has one.
func (in *Instance) metered(ctx context.Context) context.Context {
	if in.module.plan.Mode() != instrument.Fuel {
		return ctx
	}
	return &meterContext{ctx, &in.meter}
}

// Instructions returns the number of instructions that the guest has executed,
// or nil without Config.Fuel and Config.CountInstructions. docs/limits.md
// defines the count. After Close it returns nil.
func (in *Instance) Instructions() *uint64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.instructions()
}

// instructions is Instructions for a caller who holds the lock.
func (in *Instance) instructions() *uint64 {
	plan := in.module.plan
	guest, ok := in.guest.(experimental.InternalModule)
	if plan.Mode() != instrument.Fuel || !ok || in.closed {
		return nil
	}
	n := in.meter.used(int64(guest.Global(int(plan.Counter())).Get()))
	return &n
}
