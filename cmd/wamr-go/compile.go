package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

const compileLong = `Compile a module and keep the code, so that later runs start sooner.`

func newCompile(a *app, _ helps) *cobra.Command {
	o := &cacheOption{}
	maxBytes := uint64(engine.DefaultCacheBytes)
	c := &cobra.Command{
		Use:               "compile [FLAGS] MODULE",
		Short:             "Compile a module for later runs",
		Long:              compileLong,
		Args:              oneModule,
		ValidArgsFunction: completeModule,
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := o.path()
			if err != nil {
				return cannotRunf("the cache directory: %v", err)
			}
			return a.warmCache(context.Background(), engine.Config{CacheDir: dir, CacheMaxBytes: maxBytes, NoImage: true, Interruptible: true}, args[0])
		},
	}
	o.add(c)
	c.Flags().Var(sizeFlag{&maxBytes, "SIZE"}, "cache-max-size", cacheMaxSizeUsage)
	return c
}

// warmCache compiles a module for the cache that cfg names. It fails if the code
// cannot be kept.
func (a *app) warmCache(ctx context.Context, cfg engine.Config, path string) error {
	var problem error
	r := runner{module: path, stdin: a.stdin, config: cfg, ui: a.ui, warn: func(format string, args ...any) {
		if problem == nil {
			problem = cannotRunf(format, args...)
		}
	}}
	if errs := r.run(ctx, func(*engine.Module) error { return problem }); len(errs) > 0 {
		return explainer{module: path}.failure(errs[0])
	}
	return nil
}
