package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

const runLong = `Run a WebAssembly module that uses WASI preview1. Flags end at MODULE; all that
comes after it is the guest's. MODULE is a file, or - for standard input.

A guest has no files but those beneath --dir, no variables but those of --env,
and argv[0] is MODULE without its directory. Paths never lead out of a
preopened directory, whatever symbolic links say.

With --cycles or --duration a new instance is made, run and destroyed each
time, and the report says what was not given back. Only the first cycle reads
standard input, and only its output is printed (--cycle-output). Ctrl-C ends
the run after the cycle in progress, with its report; a second one ends it at
once. Without cycles, Ctrl-C ends the guest at its next WASI call.

With --calls the export that -f names is called again and again in one instance,
and the report also says what the guest keeps: memory and open descriptors.`

const runExample = `  wamr-go run --dir . tool.wasm in.txt
  wamr-go run --dir ./data::/data:ro tool.wasm /data/in.txt
  wamr-go run --env HOME=/ --env LANG tool.wasm
  wamr-go run -f add math.wasm -1 0x10
  wamr-go run --mem-report=json --report-file out.json tool.wasm
  wamr-go run --cycles 1000 --workers 4 plugin.wasm
  wamr-go run --calls 1000 -f handle plugin.wasm
  wamr-go run --cycles 1000 --fault prestats-lock --target esp32s3 plugin.wasm
`

func newRun(a *app, h helps) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:               "run [FLAGS] MODULE [ARG...]",
		Short:             "Run a module",
		Long:              runLong,
		Example:           runExample,
		ValidArgsFunction: completeModule,
		RunE: func(_ *cobra.Command, args []string) error {
			a.ui.setColor(o.color)
			a.ui.quiet, a.ui.verbose = o.quiet, o.verbose
			if len(args) == 0 {
				return usagef("no MODULE is given").withHint("wamr-go run [FLAGS] MODULE [ARG...]")
			}
			if err := o.check(); err != nil {
				return err
			}
			o.module, o.args = args[0], args[1:]
			return runModule(a, o)
		},
	}
	groups := o.groups()
	for _, g := range groups {
		c.Flags().AddFlagSet(g.flags)
	}
	c.Flags().BoolP("help", "h", false, "print this help")
	c.Flags().SetInterspersed(false)
	c.Flags().SortFlags = false
	h[c] = helpTexts{groups: groups, codes: exitCodesHelp}
	return c
}

// runModule runs the module and says how it ended. The error is a problem of the
// command line.
func runModule(a *app, o *options) error {
	guest, err := guestConfig(a, o)
	if err != nil {
		return err
	}
	var dest *reportFile
	if o.reportFile != "" {
		if dest, err = openReportFile(o.reportFile, a.stdout, o.module); err != nil {
			return cannotRunf("--report-file %s: %v", o.reportFile, systemReason(err))
		}
		defer func() { _ = dest.close() }() // what could not be written is reported
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := catchInterrupts(endBySignal(a.ui, o.cycling(), cancel))
	defer signals.stop()
	a.code = finish(a.ui, o, runGuest(ctx, a, o, guest, signals.wait), dest)
	return nil
}

// finish writes the report to dest, says how the run ended and returns the exit
// code.
func finish(u *ui, o *options, r result, dest *reportFile) int {
	rep, err := engine.NewReport(r.Run)
	if err != nil {
		u.warnf("%v", err)
	}
	explain := explainer{o.module, o.interpreter, o.report != "", o.verbose}.failure
	list := endings(r, rep, o, explain)
	rep.Outcome.Message = outcomeMessage(r, rep, list, explain)
	u.trap(r.Outcome().Err)
	list = append(list, writeReport(u, o, rep, dest, len(list) > 0)...)
	lines, code := conclude(r, o, list)
	for _, line := range lines {
		u.say(line)
	}
	return code
}

// baseName returns the last element of a path, with slashes or backslashes.
func baseName(path string) string {
	return path[strings.LastIndexAny(path, `/\`)+1:]
}
