package main

import (
	"context"
	"errors"

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
			return a.warmCache(context.Background(), engine.Config{CacheDir: dir, CacheMaxBytes: maxBytes, NoImage: true}, args[0])
		},
	}
	o.add(c)
	c.Flags().Var(sizeFlag{&maxBytes, "SIZE"}, "cache-max-size", cacheMaxSizeUsage)
	return c
}

// warmCache compiles a module for the cache that cfg names. It fails if the code
// cannot be kept.
func (a *app) warmCache(ctx context.Context, cfg engine.Config, path string) (err error) {
	j := &job{app: a, options: &options{}, module: path} // words errors as run does
	binary, err := engine.Load(ctx, path, a.stdin)
	if err != nil {
		return j.cannotRun(err)
	}
	defer a.ui.waitFor("compiling " + path)()
	r := engine.NewRuntime(cfg)
	defer func() { err = errors.Join(err, r.Close(ctx)) }()
	m, err := r.Compile(ctx, binary)
	if err != nil {
		return j.cannotRun(err)
	}
	if w := r.Warnings(); len(w) > 0 {
		err = cannotRunf("%s", w[0])
	}
	return errors.Join(err, m.Close(ctx))
}
