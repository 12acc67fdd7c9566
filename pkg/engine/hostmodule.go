package engine

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// define makes the host modules that a module imports from, with the functions
// that it imports and no others: to define a function takes some 20 µs, and a
// program uses ten of the 46. They are closed with the host.
func (h *host) define(ctx context.Context, imports hostFunctions) error {
	for name, functions := range imports {
		if err := h.defineModule(ctx, name, functions); err != nil {
			return fmt.Errorf("host module %s: %w", name, err)
		}
	}
	return nil
}

func (h *host) defineModule(ctx context.Context, name string, functions map[string]wasi.Function) error {
	b := h.NewHostModuleBuilder(name)
	for _, f := range functions {
		b.NewFunctionBuilder().
			WithGoModuleFunction(f.Call, f.Params, f.Results).
			WithName(f.Name).
			WithParameterNames(f.ParamNames...).
			Export(f.Name)
	}
	compiled, err := b.Compile(ctx)
	if err != nil {
		return err
	}
	_, err = h.InstantiateModule(ctx, compiled, named(name))
	return err
}

// named is the configuration of a module; any number may have the name "". The
// rest of it is for wazero's own WASI, which would seed a random source of its
// own for each: 5 µs.
func named(name string) wazero.ModuleConfig {
	return wazero.NewModuleConfig().WithName(name).WithRandSource(rand.Reader)
}
