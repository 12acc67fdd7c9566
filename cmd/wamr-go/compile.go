package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

const compileLong = `Compile a module and keep the code, so that later runs begin sooner.`

func newCompile(a *app, _ helps) *cobra.Command {
	o := &cacheOption{}
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
			return a.warmCache(context.Background(), dir, args[0])
		},
	}
	o.add(c)
	return c
}

// warmCache fails where the code cannot be kept: nothing else is its purpose.
func (a *app) warmCache(ctx context.Context, dir, path string) (err error) {
	j := &job{app: a, options: &options{}, module: path} // words errors as run does
	binary, err := engine.Load(path, a.stdin)
	if err != nil {
		return j.cannotRun(err)
	}
	defer a.ui.waitFor("compiling " + path)()
	r := engine.NewRuntime(engine.Config{CacheDir: dir, NoImage: true})
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
