package engine

import (
	"context"
	"errors"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
)

// defineTick makes the host function that rewritten code calls now and then. In
// it the Go runtime can stop the goroutine, collect garbage and run others,
// which it cannot while compiled code runs.
func (l *linker) defineTick(ctx context.Context) error {
	counter := []api.ValueType{api.ValueTypeI64}
	_, err := l.NewHostModuleBuilder(instrument.HostModule).
		NewFunctionBuilder().WithGoFunction(api.GoFunc(tick), counter, counter).Export(instrument.HostTick).
		Instantiate(ctx)
	return err
}

// tick ends the guest if its context is done. The panic passes all of the
// guest's handlers of exceptions.
func tick(ctx context.Context, stack []uint64) {
	if err := ctx.Err(); err != nil {
		code := sys.ExitCodeContextCanceled
		if errors.Is(err, context.DeadlineExceeded) {
			code = sys.ExitCodeDeadlineExceeded
		}
		panic(sys.NewExitError(code))
	}
	stack[0] = instrument.Reload
}
