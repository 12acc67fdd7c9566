package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// linkage is what a module's imports are resolved to: host modules of its own,
// with the functions that it imports and no others, since to define a function
// takes some 20 µs and a program uses ten of the 46.
type linkage struct {
	resolve  experimental.ImportResolver // nil for a module without imports
	modules  map[string]api.Module
	compiled []wazero.CompiledModule
}

// link defines the host functions that imports names. Its caller closes it,
// after the module's instances.
func (h *host) link(ctx context.Context, imports []wasmbin.ImportEntry) (*linkage, error) {
	l := &linkage{}
	if len(imports) == 0 {
		return l, nil
	}
	l.modules = make(map[string]api.Module)
	l.resolve = func(name string) api.Module { return l.modules[name] }
	wanted := make(map[string]map[string]bool)
	for _, i := range imports {
		if wanted[i.Module] == nil {
			wanted[i.Module] = make(map[string]bool)
		}
		wanted[i.Module][i.Name] = true
	}
	for name, functions := range wanted {
		if err := l.define(ctx, h, name, functions); err != nil {
			return nil, errors.Join(fmt.Errorf("host module %s: %w", name, err), l.close(ctx))
		}
	}
	return l, nil
}

// define makes a host module of the functions wanted of it. It is anonymous
// for wazero, in which another module's can be of the same name.
func (l *linkage) define(ctx context.Context, h *host, name string, wanted map[string]bool) error {
	b := h.NewHostModuleBuilder(name)
	for _, f := range hostModules()[name].Functions {
		if wanted[f.Name] {
			b.NewFunctionBuilder().
				WithGoModuleFunction(f.Call, f.Params, f.Results).
				WithName(f.Name).
				WithParameterNames(f.ParamNames...).
				Export(f.Name)
		}
	}
	compiled, err := b.Compile(ctx)
	if err != nil {
		return err
	}
	l.compiled = append(l.compiled, compiled)
	m, err := h.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return err // m is not nil then, and not a module
	}
	l.modules[name] = m
	return nil
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
