package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
)

const vetLong = `Cycle many modules, each in a process of its own, and print one table: the
verdict on each, the memory of one of its instances, and the time of a cycle.
A PATH is a module, a directory with *.wasm files at any depth, or - for a list
of paths on standard input. A module that traps, hangs, crashes or is invalid
becomes a row of the table, and does not end the run. The guests' output is
dropped.

Large collections are spread over machines: --shard gives each its share,
--report-file keeps its part, and "wamr-go report merge PART..." joins the parts.`

const vetExample = `  wamr-go vet plugins/
  wamr-go vet --cycles 1000 --max-memory 16MiB --report-file vet.json plugins/
  find . -name '*.wasm' -newer stamp | wamr-go vet -
  wamr-go vet --shard 2/3 --report-file part2.json plugins/
  wamr-go report merge --corpus plugins/ part1.json part2.json part3.json
`

const vetExitCodesHelp = `    0  every module ran, and gave everything back
   99  a module leaks, or is above its budget
  125  none does, but a module could not be run, trapped, timed out, crashed or
       is missing; or the result could not be written
  129, 130, 143  ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM, whatever the verdicts
    2  wrong usage
A guest's own exit code and an inconclusive verdict do not count.
`

func newVet(a *app, h helps) *cobra.Command {
	o := &vetOptions{}
	c := &cobra.Command{
		Use:     "vet [FLAGS] PATH...",
		Short:   "Cycle many modules and print one table",
		Long:    vetLong,
		Example: vetExample,
		RunE: func(_ *cobra.Command, args []string) error {
			a.ui.setColor(o.run.color)
			a.ui.quiet = o.run.quiet
			if err := o.check(args); err != nil {
				return err
			}
			return vetModules(a, o, args)
		},
	}
	groups := o.groups()
	for _, g := range groups {
		c.Flags().AddFlagSet(g.flags)
	}
	c.Flags().BoolP("help", "h", false, "print this help")
	c.Flags().SortFlags = false
	h[c] = helpTexts{groups: groups, codes: vetExitCodesHelp}
	return c
}

// vetModules makes the report, prints it and sets the exit code. The error is a
// problem of the command line or of a file that it names.
func vetModules(a *app, o *vetOptions, args []string) (err error) {
	shard, err := o.share(os.LookupEnv)
	if err != nil {
		return err
	}
	files, err := openVetFiles(a, o)
	if err != nil {
		return err
	}
	defer func() { _ = files.close() }() // a report that could not be written has its own message
	corpus, err := vet.Find(args, a.stdin)
	if err != nil {
		return cannotRunf("%v", err)
	}
	if len(corpus.Modules) == 0 {
		return cannotRunf("there is no module to run").withHint("name .wasm files, or a directory with some")
	}
	for _, m := range corpus.Modules {
		if f, ok := files.at(m.Path); ok {
			return cannotRunf("%s: is one of the modules", f.spelled())
		}
	}
	if shard != nil {
		corpus = corpus.Share(*shard)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	kill, cancelKill := context.WithCancel(context.Background())
	defer cancelKill()
	actions := endBySignal(a.ui, true, cancel)
	actions.second = func(syscall.Signal) { cancelKill() } // the children end, and the finished rows are printed
	signals := catchInterrupts(actions)
	defer signals.stop()
	signals.wait()
	r, err := runCorpus(ctx, kill, a, o, corpus)
	if err != nil {
		return err
	}
	r.Shard = shard
	code := 0
	if s := signalOf(ctx); s != 0 {
		r.Interrupted, code = true, exitSignal(s)
	}
	return finishVet(a, o, r, files, code)
}

// runCorpus runs all modules. When ctx is done, the modules in progress end in
// good order and no other begins; when kill is done, their processes are
// killed.
func runCorpus(ctx, kill context.Context, a *app, o *vetOptions, corpus *vet.Corpus) (*vet.Report, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, cannotRunf("the path of wamr-go: %v", err)
	}
	dir, err := os.MkdirTemp("", "wamr-go-vet-") // only its owner can read it
	if err != nil {
		return nil, cannotRunf("a directory for reports: %v", systemReason(err))
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is in the directory of temporary files
	c := vetChildren{program: program, dir: dir, flags: o.childFlags(), most: o.moduleTimeout, kill: kill}
	modules := corpus.Modules
	entries := make([]vet.Entry, len(modules))
	done := a.ui.waitFor(fmt.Sprintf("running %d modules", len(modules)))
	defer done()
	vet.Each(len(modules), o.parallel(), func(i int) { entries[i] = c.run(ctx, i, modules[i]) })
	r := vet.NewReport(entries)
	r.Root, r.Version = printable(corpus.Root), version
	return r, nil
}

// vetOptions holds the command line of vet.
type vetOptions struct {
	run    options  // of which only flags that are passed on, and messages, are used
	passed []string // flags for each run, in order

	jobs          uint64 // 0 for one on each processor
	moduleTimeout time.Duration
	format        string
	junit         string // file; "" for none
	shard         *vet.Shard
	shards        uint64 // with JOB_COMPLETION_INDEX; 0 if not asked for
}

// parallel returns the number of modules that run at once.
func (o *vetOptions) parallel() int {
	if o.jobs > 0 {
		return int(o.jobs)
	}
	return runtime.GOMAXPROCS(0)
}
