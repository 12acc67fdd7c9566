package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// options holds the command line of run.
type options struct {
	module string   // path, or "-" for standard input
	args   []string // of the guest, or of the export that is called

	mounts     mounts
	listen     []string // addresses of TCP listeners
	env        []string // NAME=value, or NAME for the host's value
	inheritEnv bool
	argv0      string // "" for the module's name
	invoke     string

	cycles      uint64 // 0: not requested
	calls       uint64 // 0: not requested
	duration    time.Duration
	workers     uint64
	cycleOutput string
	failFast    bool

	leak leakOptions
	heap engine.HeapConfig // of leak, with the files read

	reports     []reportWish // of --mem-report; see reportPlan
	reportFile  string
	reportEvery time.Duration // 0 for the default
	metrics     string        // address; "" for none
	target      string
	fault       engine.Fault
	budget      uint64 // of --mem-budget; 0 for none
	budgets     []report.Limit
	leakCode    uint64
	maxMemory   uint64
	maxElements uint64 // of tables
	maxFDs      uint64
	maxStreams  uint64
	maxArgs     uint64
	timeout     time.Duration
	fuel        uint64
	count       bool // instructions
	unchecked   bool // without --timeout and the like
	interpreter bool
	unknown     string // the answer to unknown imports; "" for none
	noCache     bool
	cacheDir    string
	cacheBytes  uint64

	trace      []string // groups and functions; nil for no trace, or for all with traceFile
	traceFile  string
	traceTimes bool
	cpuProfile string

	color          string
	quiet, verbose bool
}

const (
	outputFirst = "first"
	outputAll   = "all"
	outputNone  = "none"

	unknownTrap = "trap"
	unknownZero = "zero"
)

// cycling reports whether cycles, or calls in one instance, were asked for, not a
// plain run.
func (o *options) cycling() bool { return o.cycles > 0 || o.calls > 0 || o.duration > 0 }

// unit returns the repeated unit of work: "cycle" or "call".
func (o *options) unit() string {
	if o.calls > 0 {
		return "call"
	}
	return "cycle"
}

// unknownImports returns the treatment of unknown imports.
func (o *options) unknownImports() engine.UnknownImports {
	switch o.unknown {
	case unknownTrap:
		return engine.TrapUnknown
	case unknownZero:
		return engine.ZeroUnknown
	default:
		return engine.RefuseUnknown
	}
}

// prints reports whether the output of a cycle is printed.
func (o *options) prints(cycle uint64) bool {
	return o.cycleOutput == outputAll || o.cycleOutput == outputFirst && cycle == 1
}

// cache returns the directory of compiled code, or "" for none.
func (o *options) cache() (string, error) {
	switch {
	case o.noCache || o.interpreter:
		return "", nil
	case o.cacheDir != "":
		return o.cacheDir, nil
	}
	return defaultCacheDir()
}

// check refuses flags that exclude each other.
func (o *options) check() error {
	switch {
	case o.calls > 0 && o.cycles > 0:
		return usagef("--calls and --cycles exclude each other").
			withHint("--calls N calls an export of one instance again and again; --cycles N makes a new instance each time")
	case o.calls > 0 && o.invoke == "":
		return usagef("--calls needs the export to call").withHint("wamr-go run --calls %d -f NAME MODULE", o.calls)
	case o.calls > 0 && o.workers > 1:
		return usagef("--calls and --workers exclude each other: an instance serves one call at a time")
	case o.workers > 1 && !o.cycling():
		return usagef("--workers needs --cycles or --duration").
			withHint("wamr-go run --cycles 1000 --workers %d MODULE", o.workers)
	case o.failFast && !o.cycling():
		return usagef("--fail-fast needs --cycles or --duration").
			withHint("wamr-go run --cycles 1000 --fail-fast MODULE")
	case o.metrics != "" && !o.cycling():
		return usagef("--metrics needs --cycles, --calls or --duration").
			withHint("wamr-go run --duration 24h --metrics %s MODULE", o.metrics)
	case o.reportEvery > 0 && !o.cycling():
		return usagef("--report-every needs --cycles, --calls or --duration").
			withHint("wamr-go run --duration 24h --mem-report=json:FILE --report-every %v MODULE", o.reportEvery)
	case o.reportEvery > 0 && !o.reportsToFile():
		return usagef("--report-every needs a report in a file").
			withHint("wamr-go run --duration 24h --mem-report=json:FILE --report-every %v MODULE", o.reportEvery)
	case o.leak.idle() != "":
		return usagef("%s needs --leak-check", o.leak.idle()).withHint("wamr-go run --leak-check %s MODULE", o.leak.idle())
	case o.leak.check == "" && o.profiling():
		return usagef("--mem-report=pprof needs --leak-check: it is a profile of the guest's heap").
			withHint("wamr-go run --leak-check --mem-report=pprof:FILE MODULE")
	case o.traceTimes && !o.tracing():
		return usagef("--trace-times needs --trace").withHint("wamr-go run --trace -T MODULE")
	case o.noCache && o.cacheDir != "":
		return usagef("--no-cache and --cache-dir exclude each other")
	case o.unchecked && (o.timeout > 0 || o.fuel > 0 || o.count || o.cpuProfile != ""):
		return usagef("--uninterruptible excludes --timeout, --fuel, --count-instructions and --cpu-profile: they need the checks that it leaves out")
	case o.quiet && o.verbose:
		return usagef("-q and -v exclude each other")
	}
	if err := o.checkBudgets(o.cycling()); err != nil {
		return err
	}
	return checkPlan(o.reportPlan())
}

// flagGroup is a titled group of flags in a command's help.
type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

func (o *options) groups() []flagGroup {
	var groups []flagGroup
	group := func(title string) *pflag.FlagSet {
		f := pflag.NewFlagSet(title, pflag.ContinueOnError)
		f.SortFlags = false
		groups = append(groups, flagGroup{title, f})
		return f
	}
	o.workers, o.cycleOutput, o.leakCode, o.color = 1, outputFirst, exitLeak, "auto"
	o.maxFDs, o.maxStreams, o.maxArgs = wasi.DefaultFDs, wasi.DefaultDirStreams, wasi.DefaultArgBytes
	o.cacheBytes, o.maxElements = engine.DefaultCacheBytes, engine.DefaultTableElements

	f := group("What the guest sees")
	f.Var(dirFlag{&o.mounts}, "dir", "preopen a directory (repeatable); GUEST is its name for the guest (default: HOST, and / for the current directory); :ro denies every write")
	f.Var(mapDirFlag{&o.mounts}, "map-dir", "the same in iwasm's spelling")
	f.Var(envFlag{listFlag{&o.env, "NAME[=VALUE]"}}, "env", "set a variable (repeatable); NAME alone copies the host's value")
	f.BoolVar(&o.inheritEnv, "inherit-env", false, "pass the host's whole environment; --env adds to it")
	f.Var(textFlag{&o.argv0, "NAME"}, "argv0", "pass NAME as the guest's argument 0 (default: the name of the file)")
	f.Var(addressFlag{nonEmptyListFlag{listFlag{&o.listen, "ADDR"}}}, "tcplisten", "listen on that TCP address, such as 127.0.0.1:8080, and preopen the socket after the directories (repeatable)")
	f.VarP(exportFlag{textFlag{&o.invoke, "NAME"}}, "invoke", "f", "call that export, with ARGs parsed by its signature, and print its results, one a line")

	f = group("Leak hunting")
	f.Var(numberFlag{&o.cycles, "N", 1, math.MaxUint64}, "cycles", "instantiate, run and destroy N times")
	f.Var(numberFlag{&o.calls, "N", 1, math.MaxUint64}, "calls", "with -f: call the export N times in one instance, as a plug-in host does")
	f.Var(durationFlag{&o.duration, "D"}, "duration", "as many cycles as fit into D, such as 30s; with --cycles or --calls, whichever ends first")
	f.Var(numberFlag{&o.workers, "W", 1, 1024}, "workers", "run W cycles at once")
	f.Var(choiceFlag{&o.cycleOutput, "WHICH", []string{outputFirst, outputAll, outputNone}}, "cycle-output", "print the output of the first, all or none of the cycles or calls")
	f.BoolVar(&o.failFast, "fail-fast", false, "end after the first cycle that does not exit with code 0 or does not give everything back")
	f.Var(faultFlag{&o.fault}, "fault", "lose something on purpose, to see it found: NAME[:BYTES][/EVERY]; prestats-lock is WAMR's issue 4192")
	f.Var(choiceFlag{&o.target, "NAME", report.Targets()}, "target", "also report what it costs on that device; known: "+strings.Join(report.Targets(), ", "))

	f = group("Guest heap")
	o.leak.flags(f)

	f = group("Report")
	f.Var(reportFlag{&o.reports}, "mem-report", "print a memory report, text by default, or write it to FILE (repeatable); formats: "+strings.Join(reportFormats(), ", ")+"; cycles print one without being asked, unless -q is given")
	f.Lookup("mem-report").NoOptDefVal = reportText
	f.Var(textFlag{&o.reportFile, "FILE"}, "report-file", "write the report that has no FILE of its own to FILE, or - for standard output, instead of standard error")
	f.Var(durationFlag{&o.reportEvery, "D"}, "report-every", "while cycles run, replace the files of the reports every D by reports that say so (default 1m)")
	f.Var(metricsFlag{&o.metrics}, "metrics", "while cycles run, serve Prometheus metrics at http://ADDR/metrics; ADDR is [HOST]:PORT, on this machine alone without HOST")
	f.Var(sizeFlag{&o.budget, "SIZE"}, "mem-budget", "fail where the linear memory and the tables grow beyond SIZE, such as 65536, 64K or 1MiB; all units are binary")
	f.Var(budgetFlag{&o.budgets}, "budget", "fail where a figure of the report is above LIMIT, such as fds=8,cycle_p99=5ms (repeatable); figures: "+strings.Join(figureNames(), ", "))
	f.Var(numberFlag{&o.leakCode, "N", 0, math.MaxUint8}, "error-exitcode", "exit code for a leak or an exceeded budget; 0 keeps the guest's own")

	f = group("Limits and engine")
	f.Var(sizeFlag{&o.maxMemory, "SIZE"}, "max-memory", "deny linear memory beyond SIZE, rounded down to whole pages of 64 KiB; tables can take as much again")
	f.Var(numberFlag{&o.maxElements, "N", 1, math.MaxUint32}, "max-table-elements", "most elements in all tables, of 8 bytes each")
	f.Var(durationFlag{&o.timeout, "D"}, "timeout", "end the guest, or each cycle's, after D")
	f.Var(numberFlag{&o.fuel, "N", 1, math.MaxInt64}, "fuel", "end the guest, or each cycle's, after N instructions: the same number on every machine")
	f.BoolVar(&o.count, "count-instructions", false, "count the instructions and report how many there were; costs up to a quarter of the speed")
	f.Var(numberFlag{&o.maxFDs, "N", 3, math.MaxInt32}, "max-fds", "most descriptors that the guest can have open")
	f.Var(numberFlag{&o.maxStreams, "N", 1, math.MaxInt32}, "max-dir-streams", "most directories that are buffered at once, of 32 KiB each")
	f.Var(sizeFlag{&o.maxArgs, "SIZE"}, "max-args", "refuse arguments, or an environment, of more than SIZE")
	f.BoolVar(&o.unchecked, "uninterruptible", false, "leave out the checks by which Ctrl-C ends a guest while it computes: up to a seventh faster")
	f.BoolVar(&o.interpreter, "interp", false, "interpret instead of compiling to native code")
	f.Var(choiceFlag{&o.unknown, "trap|zero", []string{unknownTrap, unknownZero}}, "unknown-imports", "run a module whose functions the host lacks: a call of one traps, or returns zeros")
	f.BoolVar(&o.noCache, "no-cache", false, "keep no compiled code on disk")
	f.Var(dirNameFlag{textFlag{&o.cacheDir, "DIR"}}, "cache-dir", "keep compiled code there and not in wamr-go's folder of the user's cache directory")
	f.Var(sizeFlag{&o.cacheBytes, "SIZE"}, "cache-max-size", cacheMaxSizeUsage)

	f = group("Trace")
	f.Var(traceFlag{&o.trace}, "trace", "print a line for each WASI call to standard error, as strace does, of those groups or functions: "+strings.Join(wasi.TraceGroups(), ", "))
	f.Lookup("trace").NoOptDefVal = traceAll
	f.Var(textFlag{&o.traceFile, "FILE"}, "trace-file", "write the trace to FILE, or - for standard output, instead of standard error; alone, it traces all calls")
	f.BoolVarP(&o.traceTimes, "trace-times", "T", false, "end each line of the trace with the seconds that the call took")

	f = group("Profile")
	f.Var(textFlag{&o.cpuProfile, "FILE"}, "cpu-profile", "write to FILE where the guest spends its time, by function and line, for go tool pprof")

	f = group("Messages")
	f.Var(colorFlag(&o.color), "color", colorUsage)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "only errors, what was asked for and, after cycles, the verdict in one line")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also print versions, the engine, what was compiled or cached, and times")
	return groups
}

// flagFailure turns pflag's error about a command's flags into a failure. args are
// the words of the command line.
func flagFailure(c *cobra.Command, err error, args []string) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(c, unknown, args)
	case errors.As(err, &missing):
		return usagef("--%s needs a value", missing.GetFlag().Name).
			withHint("%s", spelling(missing.GetFlag()))
	case errors.As(err, &invalid):
		name := invalid.GetFlag().Name
		f := usagef("--%s %s: %v", name, quotedIfEmpty(invalid.GetValue()), invalid.Unwrap())
		var cause *failure
		var number *strconv.NumError
		switch {
		case errors.As(err, &cause):
			f.hint = cause.hint
		case errors.As(err, &number):
			f.problem = "--" + name + " takes no value"
		}
		if hint, ok := peerValueHint(name, invalid.GetValue()); ok {
			f.hint = hint
		}
		return f
	default:
		return usagef("%v", err)
	}
}

// quotedIfEmpty makes an empty value visible in a message.
func quotedIfEmpty(value string) string {
	if strings.TrimSpace(value) == "" {
		return strconv.Quote(value)
	}
	return value
}

// unknownFlag explains a flag that does not exist: by another program's flag,
// by a similar one, or by the place where all are listed.
func unknownFlag(c *cobra.Command, err *pflag.NotExistError, args []string) error {
	word, next := typed(args, err)
	shown, _, _ := strings.Cut(word, "=")
	f := usagef("unknown flag %s", shown)
	if hint, ok := peerHint(word, next); ok && c.Name() == "run" {
		return f.withHint("%s", hint)
	}
	if near, ok := nearestFlag(c.Flags(), strings.TrimLeft(shown, "-")); ok {
		return f.withHint("did you mean --%s?", near)
	}
	if c.Name() != "run" {
		return f.withHint("%s --help lists the flags", c.CommandPath())
	}
	return f.withHint("wamr-go help run lists the flags; the guest's own come after MODULE")
}

// nearestFlag returns the flag that is similar to a name. A single letter is
// similar only to a flag that begins with it.
func nearestFlag(flags *pflag.FlagSet, name string) (string, bool) {
	var names []string
	flags.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && (len(name) > 1 || strings.HasPrefix(flag.Name, name)) {
			names = append(names, flag.Name)
		}
	})
	return nearest(name, names)
}
