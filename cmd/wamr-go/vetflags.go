package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
)

const (
	defaultVetCycles        = 100
	defaultVetTimeout       = 10 * time.Second
	defaultVetModuleTimeout = 2 * time.Minute

	formatJSON  = "json"
	formatHTML  = "html"
	formatJUnit = "junit"

	// completionIndex is the variable with the number of a pod in an Indexed
	// Job of Kubernetes, from 0.
	completionIndex = "JOB_COMPLETION_INDEX"
)

// passedOn lists the flags of run that vet has too and passes on to the process
// of each module. It leaves out flags that would collide between processes, and
// flags about the report, which vet sets itself.
var passedOn = []string{
	"dir", "map-dir", "env", "inherit-env", "argv0", "invoke",
	"cycles", "duration", "workers", "fault", "target", "mem-budget", "budget",
	"leak-check", "errors-for-leak-kinds", "num-callers", "error-limit", "suppressions", "heap-func",
	"max-memory", "timeout", "max-fds", "max-dir-streams", "max-args", "interp", "unknown-imports",
	"no-cache", "cache-dir", "cache-max-size",
}

// vetDefault returns the default of a passed flag if it differs from that of
// run. (A map would be made at every start of wamr-go.)
func vetDefault(name string) (text string, ok bool) {
	switch name {
	case "cycles":
		return strconv.Itoa(defaultVetCycles) + ", unless --duration is given", true
	case "timeout":
		return defaultVetTimeout.String(), true
	default:
		return "", false
	}
}

func (o *vetOptions) groups() []flagGroup {
	group := func(title string) flagGroup {
		f := pflag.NewFlagSet(title, pflag.ContinueOnError)
		f.SortFlags = false
		return flagGroup{title, f}
	}
	o.moduleTimeout, o.format = defaultVetModuleTimeout, reportText

	run := group("Running")
	run.flags.Var(numberFlag{&o.jobs, "N", 1, 1024}, "jobs", "run N modules at once (default: one on each processor)")
	run.flags.Var(durationFlag{&o.moduleTimeout, "D"}, "module-timeout", "end the process of a module after D")

	share := group("Sharing the work")
	share.flags.Var(shardFlag{&o.shard}, "shard", "run the share I of N of the modules, chosen by a hash of their paths")
	share.flags.Var(numberFlag{&o.shards, "N", 1, vet.MaxShards}, "shards", "the same in a Kubernetes Job, whose "+completionIndex+" counts from 0")

	result := group("Result")
	result.flags.Var(choiceFlag{&o.format, "FORMAT", vetFormats()}, "format", "the format of standard output: "+strings.Join(vetFormats(), ", "))
	result.flags.Var(textFlag{&o.run.reportFile, "FILE"}, "report-file", "also write the JSON report to FILE")
	result.flags.Var(textFlag{&o.junit, "FILE"}, "junit", "also write JUnit XML to FILE, for CI systems: a test for each module")

	groups := []flagGroup{run, share, result}
	for _, g := range o.run.groups() {
		ours := group(g.title)
		g.flags.VisitAll(func(f *pflag.Flag) {
			switch {
			case slices.Contains(passedOn, f.Name):
				ours.flags.AddFlag(o.passing(f))
			case f.Name == "color":
				ours.flags.AddFlag(f)
			case f.Name == "quiet":
				quiet := *f
				quiet.Usage = "show no progress"
				ours.flags.AddFlag(&quiet)
			}
		})
		if ours.flags.HasFlags() {
			groups = append(groups, ours)
		}
	}
	return groups
}

// passing returns a flag of run that is checked here and passed on.
func (o *vetOptions) passing(f *pflag.Flag) *pflag.Flag {
	c := *f
	c.Value = passedFlag{f.Value, f, &o.passed}
	if text, ok := vetDefault(f.Name); ok {
		c.DefValue = text
	}
	return &c
}

// passedFlag remembers how it was set.
type passedFlag struct {
	pflag.Value
	of *pflag.Flag // of run
	to *[]string
}

func (f passedFlag) Set(text string) error {
	if err := f.Value.Set(text); err != nil {
		return err
	}
	f.of.Changed = true
	*f.to = append(*f.to, "--"+f.of.Name+"="+text)
	return nil
}

func (f passedFlag) complete(typed string) ([]string, cobra.ShellCompDirective) {
	if value, ok := f.Value.(completes); ok {
		return value.complete(typed)
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// childFlags returns the flags of each run.
func (o *vetOptions) childFlags() []string {
	flags := slices.Clone(o.passed)
	if !o.run.cycling() {
		flags = append(flags, "--cycles="+strconv.Itoa(defaultVetCycles))
	}
	if o.run.timeout == 0 {
		flags = append(flags, "--timeout="+defaultVetTimeout.String())
	}
	return append(flags, "--error-exitcode="+strconv.Itoa(exitLeak), "--cycle-output="+outputNone,
		"--mem-report="+formatJSON, "--quiet", "--color=never")
}

// check refuses flags that exclude each other, and missing arguments.
func (o *vetOptions) check(args []string) error {
	switch {
	case len(args) == 0:
		return usagef("no PATH is given").withHint("wamr-go vet PATH...")
	case o.shard != nil && o.shards > 0:
		return usagef("--shard and --shards exclude each other")
	case o.run.noCache && o.run.cacheDir != "":
		return usagef("--no-cache and --cache-dir exclude each other")
	case o.run.leak.idle() != "":
		return usagef("%s needs --leak-check", o.run.leak.idle()).withHint("wamr-go vet --leak-check %s PATH...", o.run.leak.idle())
	}
	if _, err := o.run.leak.config(); err != nil {
		return err
	}
	return o.run.checkBudgets(true)
}

// share returns the requested shard, or nil for all modules.
func (o *vetOptions) share(lookup func(string) (string, bool)) (*vet.Shard, error) {
	if o.shards == 0 {
		return o.shard, nil
	}
	text, ok := lookup(completionIndex)
	if !ok {
		return nil, usagef("--shards needs the variable %s", completionIndex).
			withHint("outside of Kubernetes: --shard 1/%d", o.shards)
	}
	index, err := strconv.ParseUint(text, 10, 32)
	if err != nil || index == math.MaxUint32 {
		return nil, usagef("%s is %q, which is no index", completionIndex, text)
	}
	s, err := vet.NewShard(index+1, o.shards)
	if err != nil {
		return nil, usagef("%s is %d, and --shards %d", completionIndex, index, o.shards)
	}
	return &s, nil
}

// shardFlag is a shard, "I/N".
type shardFlag struct{ to **vet.Shard }

func (f shardFlag) String() string {
	if *f.to == nil {
		return ""
	}
	return (*f.to).String()
}

func (shardFlag) Type() string { return "I/N" }

func (f shardFlag) Set(text string) error {
	s, err := vet.ParseShard(text)
	if err != nil {
		return usagef("%v", err).withHint("write --shard 1/4, up to 4/4")
	}
	*f.to = &s
	return nil
}

func (shardFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}
