package main

import (
	"cmp"
	"math"
	"os"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// guestConfig returns the configuration of the first cycle's guest, without its
// preopens and listeners.
func guestConfig(a *app, o *options) (wasi.Config, error) {
	env, err := environment(o.env, o.inheritEnv, os.Environ(), a.ui.warnf)
	if err != nil {
		return wasi.Config{}, err
	}
	cfg := wasi.Config{
		Args:   []string{cmp.Or(o.argv0, baseName(o.module))},
		Env:    env,
		Stdin:  a.stdin,
		Stdout: a.stdout,
		Stderr: a.stderr,
		Limits: wasi.Limits{FDs: int(o.maxFDs), DirStreams: int(o.maxStreams), ArgBytes: int(min(o.maxArgs, math.MaxInt))},
	}
	if o.module == "-" {
		cfg.Stdin = nil // standard input held the module
	}
	if o.invoke == "" {
		cfg.Args = append(cfg.Args, o.args...)
	}
	if o.tracing() {
		if cfg.Trace, err = wasi.NewTrace(a.ui.text(), o.traceTimes, o.trace...); err != nil {
			return cfg, err
		}
	}
	return cfg, nil
}
