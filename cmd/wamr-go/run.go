package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

const runLong = `Run a WebAssembly module that uses WASI preview1. Flags end at MODULE;
everything after it belongs to the guest. MODULE is a file, or - for standard
input.

The guest sees only the files beneath --dir and the variables of --env, and
argv[0] is MODULE without its directory. Paths never lead out of a preopened
directory, whatever its symbolic links contain.

With --cycles or --duration each cycle makes, runs and destroys a new instance,
and the report lists everything that was not given back. Only the first cycle
reads standard input, and only its output is printed (--cycle-output). Ctrl-C
ends the run after the cycle in progress, with a report; a cycle that takes more
than another half second is ended. The same happens after --duration. A second
Ctrl-C ends the run at once. Without cycles, Ctrl-C ends the guest, even while
it waits. SIGTERM and SIGHUP act like Ctrl-C.

With --calls the export of -f is called again and again in one instance, and the
report also lists the memory and the descriptors that the guest keeps.`

const runExample = `  wamr-go run --dir . tool.wasm in.txt
  wamr-go run --dir ./data::/data:ro tool.wasm /data/in.txt
  wamr-go run --env HOME=/ --env LANG tool.wasm
  wamr-go run -f add math.wasm -1 0x10
  wamr-go run --mem-report --mem-report=json:out.json tool.wasm
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
		RunE: func(c *cobra.Command, args []string) error {
			a.ui.setColor(o.color)
			a.ui.quiet, a.ui.verbose = o.quiet, o.verbose
			if len(args) == 0 {
				return missingModule(c)
			}
			if args[0] == "" {
				return usagef("MODULE is empty")
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

// missingModule returns the error that MODULE is missing, and names the flag that may
// have taken it as its value.
func missingModule(c *cobra.Command) error {
	f := usagef("no MODULE is given").withHint("wamr-go run [FLAGS] MODULE [ARG...]")
	c.Flags().Visit(func(flag *pflag.Flag) {
		if value := flag.Value.String(); strings.HasSuffix(value, ".wasm") {
			name := "--" + flag.Name
			if flag.Shorthand != "" {
				name = "-" + flag.Shorthand
			}
			f.problem = fmt.Sprintf("no MODULE is given: %s is the value of %s", value, name)
			f.hint = fmt.Sprintf("wamr-go run %s %s MODULE [ARG...]", name, flag.Value.Type())
		}
	})
	return f
}

// runModule runs the module and reports its end. The error is a problem of the command
// line.
func runModule(a *app, o *options) error {
	started := time.Now()
	guest, err := guestConfig(a, o)
	if err != nil {
		return err
	}
	// A file of suppressions can be a pipe, whose reader a signal ends while it is not caught.
	o.heap, err = o.leak.config()
	if err != nil {
		return err
	}
	o.heap.Sites = o.profiling()
	files, err := openOutFiles(a, o)
	if err != nil {
		return err
	}
	defer func() { _ = files.reports.close() }() // a report that could not be written has its own message
	if files.trace != nil {
		guest.Trace.Writer = files.trace
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := catchInterrupts(endBySignal(a.ui, o.cycling(), cancel))
	defer signals.stop()
	watch, err := newWatch(a.ui, o, describeRun(a, o, guest, started), files.reports)
	if err != nil {
		return errors.Join(err, files.trace.close(), files.profile.close())
	}
	defer func() { _ = watch.close() }() // it was closed before, unless nothing was run
	r := runGuest(ctx, a, o, guest, watch, func() {
		signals.wait()
		files.trace.reset()
	})
	a.code = finish(a.ui, o, r, files)
	return nil
}

// finish closes the trace, writes the profile and the reports, prints the end of the
// run and returns the exit code.
func finish(u *ui, o *options, r result, files outFiles) int {
	switch {
	case r.signal != 0:
		defer exitAfter(sayPatience, exitSignal(r.signal))()
	case r.Outcome().Kind == engine.OutcomeTimeout:
		defer exitAfter(sayPatience, exitTimeout)()
	}
	r.traceLost, r.profileLost = files.trace.close(), files.profile.write(u, r.Module)
	rep, err := engine.NewReport(r.Run)
	if err != nil {
		u.warnf("%v", err)
	}
	explain := explainer{
		module: o.module, interpreter: o.interpreter, report: len(o.reports) > 0, leakCheck: o.leak.check != "", trace: len(o.trace) > 0,
		verbose: o.verbose, maxMemory: o.maxMemory, maxElements: o.maxElements,
	}.failure
	list := endings(r, rep, o, explain)
	rep.Outcome.Message = outcomeMessage(r, rep, list, explain)
	tellTool(rep.Tool, r, list)
	u.trap(r.Outcome().Err)
	printHeap(u, o, rep)
	list = append(list, writeReports(u, o, rep, files.reports, len(list) > 0)...)
	for _, line := range aboutRun(rep, o) {
		u.say(line)
	}
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
