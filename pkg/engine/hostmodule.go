package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// linkage is what a module's imports are resolved to: host modules of its own,
// with the functions that it imports and no others, since to define a function
// takes some 20 µs and a program uses ten of the 46.
type linkage struct {
	resolve  experimental.ImportResolver // nil for a module without imports
	modules  map[string]api.Module
	compiled []wazero.CompiledModule
}

// link defines the host functions that a module imports. Its caller closes it,
// after the module's instances.
func (h *host) link(ctx context.Context, imports hostFunctions) (*linkage, error) {
	l := &linkage{}
	if len(imports) == 0 {
		return l, nil
	}
	l.modules = make(map[string]api.Module)
	l.resolve = func(name string) api.Module { return l.modules[name] }
	for name, functions := range imports {
		if err := l.define(ctx, h, name, functions); err != nil {
			return nil, errors.Join(fmt.Errorf("host module %s: %w", name, err), l.close(ctx))
		}
	}
	return l, nil
}

// define makes a host module of the functions wanted of it.
func (l *linkage) define(ctx context.Context, h *host, name string, functions map[string]wasi.Function) error {
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
	l.compiled = append(l.compiled, compiled)
	m, err := h.InstantiateModule(ctx, compiled, anonymous())
	if err != nil {
		return err // m is not nil then, and not a module
	}
	l.modules[name] = m
	return nil
}

// anonymous is the configuration of any number of modules, host modules and
// instances, in one runtime. The rest of it is for wazero's own WASI, which
// would seed a random source of its own for each: 5 µs.
func anonymous() wazero.ModuleConfig {
	return wazero.NewModuleConfig().WithName("").WithRandSource(rand.Reader)
}

func (l *linkage) close(ctx context.Context) error {
	if l == nil {
		return nil
	}
	var errs []error
	for _, m := range l.modules {
		errs = append(errs, m.Close(ctx))
	}
	for _, c := range l.compiled {
		errs = append(errs, c.Close(ctx))
	}
	return errors.Join(errs...)
}
