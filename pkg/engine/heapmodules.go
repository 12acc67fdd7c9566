package engine

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument/heaphelper"
)

// compileHelper compiles the helper that instances with a watched heap import from,
// each one of its own.
func (l *linker) compileHelper(ctx context.Context) (compiled wazero.CompiledModule, unkept, err error) {
	compiled, unkept, err = l.compileKept(ctx, heaphelper.Wasm)
	if err != nil {
		err = fmt.Errorf("the helper of a watched heap: %w", err)
	}
	return compiled, unkept, err
}

// defineHeap makes the host functions that a watched guest and its helper call.
func (l *linker) defineHeap(ctx context.Context) error {
	i32, i64 := api.ValueTypeI32, api.ValueTypeI64
	b := l.NewHostModuleBuilder(instrument.HeapHost)
	for _, f := range []struct {
		name            string
		call            api.GoModuleFunc
		params, results []api.ValueType
	}{
		{instrument.HeapStack, heapStack, []api.ValueType{i64}, []api.ValueType{i32}},
		{instrument.HeapCheck, heapCheck, []api.ValueType{i32, i32, i32}, []api.ValueType{i32}},
		{instrument.HeapOverflow, heapOverflow, []api.ValueType{i32, i32, i32}, nil},
		{"flush", heapFlush, []api.ValueType{i32}, nil},
	} {
		b.NewFunctionBuilder().WithGoModuleFunction(f.call, f.params, f.results).WithName(f.name).Export(f.name)
	}
	// Only the host module is compiled with a listener, and only for the function
	// that walks the stack: all other calls stay as fast as they are.
	listened := experimental.WithFunctionListenerFactory(ctx, experimental.FunctionListenerFactoryFunc(
		func(d api.FunctionDefinition) experimental.FunctionListener {
			if d.Name() == instrument.HeapStack {
				return experimental.FunctionListenerFunc(walkStack)
			}
			return nil
		}))
	host, err := b.Compile(listened)
	if err == nil {
		_, err = l.InstantiateModule(listened, host, named(instrument.HeapHost))
	}
	if err != nil {
		return fmt.Errorf("host module %s: %w", instrument.HeapHost, err)
	}
	return nil
}
