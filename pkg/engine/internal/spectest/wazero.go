package spectest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// plain is wazero itself.
type plain struct {
	runtime wazero.Runtime
}

// NewWazero returns plain wazero as an engine, with a runtime of its own.
func NewWazero(cfg wazero.RuntimeConfig) Engine {
	return &plain{wazero.NewRuntimeWithConfig(context.Background(), cfg)}
}

func (p *plain) Close() error { return p.runtime.Close(context.Background()) }

func (p *plain) Instantiate(binary []byte, resolve func(string) api.Module) (_ Instance, o Outcome) {
	ctx := experimental.WithImportResolver(context.Background(), resolve)
	compiled, err := p.compile(ctx, binary)
	if err != nil {
		return nil, Outcome{Kind: Refused, Message: err.Error()}
	}
	m, err := p.runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	switch {
	case err == nil:
		return plainInstance{m}, Outcome{}
	case strings.HasPrefix(err.Error(), "start "): // the start function's error
		return nil, TrapOutcome(trapMessage(err))
	default:
		return nil, Outcome{Kind: Rejected, Message: err.Error()}
	}
}

// compile is CompileModule, which panics on some invalid binaries in wazero
// v1.12.0.
func (p *plain) compile(ctx context.Context, binary []byte) (compiled wazero.CompiledModule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return p.runtime.CompileModule(ctx, binary)
}

type plainInstance struct{ module api.Module }

func (i plainInstance) Module() api.Module { return i.module }

func (i plainInstance) Call(name string, params []uint64) Outcome {
	results, err := i.module.ExportedFunction(name).Call(context.Background(), params...)
	if err != nil {
		return TrapOutcome(trapMessage(err))
	}
	return Outcome{Results: results}
}

// trapMessage returns the message of a trap, which is the innermost error.
func trapMessage(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
