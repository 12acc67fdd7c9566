package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// options holds what the command line of run says.
type options struct {
	module string   // path, or "-" for standard input
	args   []string // of the guest, or of the export that is called

	mounts     mounts
	listen     []string // addresses of TCP listeners
	env        []string // NAME=value, or NAME for the host's value
	inheritEnv bool
	invoke     string

	cycles      uint64 // 0: not asked for
	calls       uint64 // likewise
	duration    time.Duration
	workers     uint64
	cycleOutput string

	report      string // name of a report.Format; "" for none
	reportFile  string
	target      string
	fault       engine.Fault
	budget      uint64
	leakCode    uint64
	maxMemory   uint64
	maxFDs      uint64
	maxStreams  uint64
	maxArgs     uint64
	timeout     time.Duration
	interpreter bool
	noCache     bool
	cacheDir    string
	cacheBytes  uint64

	trace      []string // groups and functions; nil for no trace
	traceTimes bool

	color          string
	quiet, verbose bool
}

const (
	outputFirst = "first"
	outputAll   = "all"
	outputNone  = "none"

	reportText = "text"
)

// cycling reports whether cycles, or calls in one instance, were asked for, not a
// plain run.
func (o *options) cycling() bool { return o.cycles > 0 || o.calls > 0 || o.duration > 0 }

// unit returns what is done again and again: "cycle" or "call".
func (o *options) unit() string {
	if o.calls > 0 {
		return "call"
	}
	return "cycle"
}

// reportFormat returns the format of the report, or "" for no report. Cycles, a
// file or a target ask for one implicitly.
func (o *options) reportFormat() string {
	switch {
	case o.report != "":
		return o.report
	case o.reportFile != "" || o.target != "" || o.cycling() && !o.quiet:
		return reportText
	default:
		return ""
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
	case o.traceTimes && o.trace == nil:
		return usagef("--trace-times needs --trace").withHint("wamr-go run --trace -T MODULE")
	case o.noCache && o.cacheDir != "":
		return usagef("--no-cache and --cache-dir exclude each other")
	case o.quiet && o.verbose:
		return usagef("-q and -v exclude each other")
	}
	return nil
}

// reportFormats lists the names that --mem-report takes.
func reportFormats() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
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
	o.cacheBytes = engine.DefaultCacheBytes

	f := group("What the guest sees")
	f.Var(dirFlag{&o.mounts}, "dir", "preopen a directory (repeatable); GUEST is its name for the guest (default: HOST, and / for the current directory); :ro denies every write")
	f.Var(mapDirFlag{&o.mounts}, "map-dir", "the same in iwasm's spelling")
	f.Var(listFlag{&o.env, "NAME[=VALUE]"}, "env", "set a variable (repeatable); NAME alone copies the host's value")
	f.BoolVar(&o.inheritEnv, "inherit-env", false, "pass the host's whole environment; --env adds to it")
	f.Var(nonEmptyListFlag{listFlag{&o.listen, "ADDR"}}, "tcplisten", "listen on that TCP address, such as 127.0.0.1:8080, and preopen the socket after the directories (repeatable)")
	f.VarP(textFlag{&o.invoke, "NAME"}, "invoke", "f", "call that export, with ARGs parsed by its signature, and print its results, one a line")

	f = group("Leak hunting")
	f.Var(numberFlag{&o.cycles, "N", 1, math.MaxUint64}, "cycles", "instantiate, run and destroy N times")
	f.Var(numberFlag{&o.calls, "N", 1, math.MaxUint64}, "calls", "with -f: call the export N times in one instance, as a plug-in host does")
	f.Var(durationFlag{&o.duration, "D"}, "duration", "as many cycles as fit into D, such as 30s; with --cycles or --calls, whichever ends first")
	f.Var(numberFlag{&o.workers, "W", 1, 1024}, "workers", "run W cycles at once")
	f.Var(choiceFlag{&o.cycleOutput, "WHICH", []string{outputFirst, outputAll, outputNone}}, "cycle-output", "print the output of the first, all or none of the cycles or calls")
	f.Var(faultFlag{&o.fault}, "fault", "lose something on purpose, to see it found: NAME[:BYTES][/EVERY]; prestats-lock is WAMR's issue 4192")
	f.Var(choiceFlag{&o.target, "NAME", report.Targets()}, "target", "also report what it costs on that device; known: "+strings.Join(report.Targets(), ", "))

	f = group("Report")
	f.Var(choiceFlag{&o.report, strings.Join(reportFormats(), "|"), reportFormats()}, "mem-report", "print a memory report, text by default; cycles print one without being asked, unless -q is given")
	f.Lookup("mem-report").NoOptDefVal = reportText
	f.Var(textFlag{&o.reportFile, "FILE"}, "report-file", "write the report to FILE, or - for standard output, instead of standard error")
	f.Var(sizeFlag{&o.budget, "SIZE"}, "mem-budget", "fail where the linear memory grows beyond SIZE, such as 65536, 64K or 1MiB; all units are binary")
	f.Var(numberFlag{&o.leakCode, "N", 0, math.MaxUint8}, "error-exitcode", "exit code for a leak or a passed budget; 0 keeps the guest's own")

	f = group("Limits and engine")
	f.Var(sizeFlag{&o.maxMemory, "SIZE"}, "max-memory", "deny linear memory beyond SIZE, rounded down to whole pages of 64 KiB")
	f.Var(durationFlag{&o.timeout, "D"}, "timeout", "end the guest, or each cycle's, after D; its loops are checked for that, which costs speed")
	f.Var(numberFlag{&o.maxFDs, "N", 3, math.MaxInt32}, "max-fds", "most descriptors that the guest can have open")
	f.Var(numberFlag{&o.maxStreams, "N", 1, math.MaxInt32}, "max-dir-streams", "most directories that are buffered at once, of 32 KiB each")
	f.Var(sizeFlag{&o.maxArgs, "SIZE"}, "max-args", "refuse arguments, or an environment, of more than SIZE")
	f.BoolVar(&o.interpreter, "interp", false, "interpret instead of compiling to native code")
	f.BoolVar(&o.noCache, "no-cache", false, "keep no compiled code on disk")
	f.Var(dirNameFlag{textFlag{&o.cacheDir, "DIR"}}, "cache-dir", "keep compiled code there and not in wamr-go's folder of the user's cache directory")
	f.Var(sizeFlag{&o.cacheBytes, "SIZE"}, "cache-max-size", cacheMaxSizeUsage)

	f = group("Trace")
	f.Var(traceFlag{&o.trace}, "trace", "print a line for each WASI call to standard error, as strace does, of those groups or functions: "+strings.Join(wasi.TraceGroups(), ", "))
	f.Lookup("trace").NoOptDefVal = traceAll
	f.BoolVarP(&o.traceTimes, "trace-times", "T", false, "end each line of the trace with the seconds that the call took")

	f = group("Messages")
	f.Var(choiceFlag{&o.color, "WHEN", []string{"auto", "always", "never"}}, "color", "use colour auto, always or never; auto means on a terminal, unless NO_COLOR is set")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no warnings, no progress, and no report that was not asked for")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also say what is usually not worth a line")
	return groups
}

// flagFailure turns pflag's error about a command's flags into a failure.
func flagFailure(flags *pflag.FlagSet, err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(flags, unknown)
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

func unknownFlag(flags *pflag.FlagSet, err *pflag.NotExistError) error {
	name, dash := err.GetSpecifiedName(), "--"
	if short := err.GetSpecifiedShortnames(); short != "" {
		name, dash = short, "-"
	}
	name, _, _ = strings.Cut(name, "=")
	f := usagef("unknown flag %s%s", dash, name)
	if hint, ok := peerHint(name); ok {
		return f.withHint("%s", hint)
	}
	var names []string
	flags.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			names = append(names, flag.Name)
		}
	})
	if near, ok := nearest(name, names); ok {
		return f.withHint("did you mean --%s?", near)
	}
	return f.withHint("wamr-go help run lists the flags; the guest's own come after MODULE")
}
