package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// leakOptions are the flags about the guest's heap.
type leakOptions struct {
	check        string   // leakSummary, leakFull, or "" for none
	functions    []string // ROLE=NAME
	suppressions []string // files
	generate     bool     // suppressions
	show, fail   leakKinds
	callers      uint64
	errors       uint64
	set          *pflag.FlagSet // these flags; nil for none
}

const (
	leakSummary = "summary"
	leakFull    = "full"
)

const showLeakKindsUsage = "list leaks of these kinds: definite, indirect, possible, reachable, all or none, with commas"

// flags adds the flags.
func (l *leakOptions) flags(f *pflag.FlagSet) {
	l.set = f
	l.show = leakKinds{guestheap.DefinitelyLost, guestheap.PossiblyLost}
	l.fail = leakKinds{guestheap.DefinitelyLost}
	l.callers, l.errors = engine.DefaultCallers, guestheap.DefaultMaxErrors
	f.Var(choiceFlag{&l.check, leakSummary + "|" + leakFull, []string{leakSummary, leakFull}}, "leak-check", "watch the guest's own malloc and free, and say what it lost and freed wrongly: sums, or (full, the default) each leak with its call stack")
	f.Lookup("leak-check").NoOptDefVal = leakFull
	f.Var(&l.show, "show-leak-kinds", showLeakKindsUsage)
	f.Var(&l.fail, "errors-for-leak-kinds", "exit with 99 for leaks of these kinds")
	f.Var(numberFlag{&l.callers, "N", 1, engine.MaxCallers}, "num-callers", "most calls of a stack")
	f.Var(numberFlag{&l.errors, "N", 1, math.MaxInt32}, "error-limit", "most places of heap errors that are told apart")
	f.Var(nonEmptyListFlag{listFlag{&l.suppressions, "FILE"}}, "suppressions", "leave out the leaks and heap errors that FILE describes (repeatable)")
	f.BoolVar(&l.generate, "gen-suppressions", false, "print a suppression for each leak and heap error that is listed")
	f.Var(nonEmptyListFlag{listFlag{&l.functions, "ROLE=NAME"}}, "heap-func", "watch that function too, by its name or its index, as malloc, calloc, realloc, free or posix_memalign (repeatable)")
}

// idle returns a flag that was given and does nothing without --leak-check, or "".
func (l *leakOptions) idle() string {
	idle := ""
	if l.check == "" && l.set != nil {
		l.set.VisitAll(func(f *pflag.Flag) {
			if f.Changed && idle == "" {
				idle = spelling(f)
			}
		})
	}
	return idle
}

// config returns the engine's configuration. The error is about a file.
func (l *leakOptions) config() (engine.HeapConfig, error) {
	if l.check == "" {
		return engine.HeapConfig{}, nil
	}
	c := engine.HeapConfig{Check: true, Functions: l.functions, Callers: int(l.callers), Errors: int(l.errors)}
	for _, name := range l.suppressions {
		all, err := readSuppressions(name)
		if err != nil {
			return engine.HeapConfig{}, err
		}
		c.Suppressions = append(c.Suppressions, all...)
	}
	return c, nil
}

func readSuppressions(name string) (guestheap.Suppressions, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, cannotRunf("--suppressions %s: %v", name, systemReason(err))
	}
	defer func() { _ = file.Close() }() // it was only read
	all, err := guestheap.ReadSuppressions(file)
	var syntax *guestheap.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, usagef("--suppressions %s: %v", name, syntax).withHint("--gen-suppressions prints some to begin with")
	case err != nil:
		return nil, cannotRunf("--suppressions %s: %v", name, systemReason(err))
	}
	return all, nil
}

// listed returns the kinds of leaks that the text lists.
func (l *leakOptions) listed() []guestheap.LeakKind {
	if l.check != leakFull {
		return nil
	}
	return l.show
}

// ending returns why the guest's heap is a reason for another exit code.
func (l *leakOptions) ending(h *guestheap.Report) (text string, ok bool) {
	if h == nil {
		return "", false
	}
	var parts []string
	for _, k := range h.Kinds {
		if k.Blocks > 0 && slices.Contains(l.fail, k.Kind) {
			noun := "blocks"
			if k.Blocks == 1 {
				noun = "block"
			}
			parts = append(parts, fmt.Sprintf("%s bytes in %s %s are %s",
				memstat.Grouped(k.Bytes), memstat.Grouped(k.Blocks), noun, strings.ReplaceAll(k.Kind.String(), "_", " ")))
		}
	}
	if h.ErrorTotal > 0 {
		parts = append(parts, "heap errors: "+memstat.Grouped(h.ErrorTotal))
	}
	return vet.HeapFailure + strings.Join(parts, "; "), len(parts) > 0
}

// printHeap writes the heap's part of the text report, unless that report goes to
// standard error anyway, and the suppressions.
func printHeap(u *ui, o *options, r *report.Report) {
	h := r.GuestHeap
	if h == nil {
		return
	}
	if !o.printsText() {
		var b strings.Builder
		options := report.Options{Color: u.color, ASCII: u.ascii, Width: u.width, LeakKinds: o.leak.listed()}
		if err := report.WriteGuestHeap(&b, h, options); err == nil { // a Builder takes all
			_, _ = fmt.Fprintf(u.w, "\n%s\n", b.String()) // an output, which remembers the error
		}
	}
	if o.leak.generate {
		printSuppressions(u, o, h)
	}
}

func printSuppressions(u *ui, o *options, h *guestheap.Report) {
	n := 0
	write := func(kind string, stack []memstat.Frame) {
		n++
		s := guestheap.NewSuppression(fmt.Sprintf("%s %d", baseName(o.module), n), kind, stack)
		_, _ = s.WriteTo(u.w) // an output, which remembers the error
	}
	for _, e := range h.Errors {
		write(e.Kind, e.Stack)
	}
	for _, l := range h.Leaks {
		if slices.Contains(o.leak.show, l.Kind) {
			write(l.Kind.String(), l.Stack)
		}
	}
}

// leakKinds is a flag: kinds of leaks, as valgrind spells them.
type leakKinds []guestheap.LeakKind

// Set reads "definite,possible".
func (k *leakKinds) Set(text string) error {
	var kinds leakKinds
	for name := range strings.SplitSeq(text, ",") {
		if name == "none" {
			continue
		}
		before := len(kinds)
		for _, kind := range guestheap.LeakKinds() {
			if name == "all" || name == shortKind(kind) {
				kinds = append(kinds, kind)
			}
		}
		if len(kinds) == before {
			return usagef("%q is not one of definite, indirect, possible, reachable, all, none", name)
		}
	}
	*k = kinds
	return nil
}

// String returns the kinds as Set reads them.
func (k *leakKinds) String() string {
	if len(*k) == 0 {
		return "none"
	}
	var names []string
	for _, kind := range *k {
		names = append(names, shortKind(kind))
	}
	return strings.Join(names, ",")
}

// Type names the value in the help.
func (k *leakKinds) Type() string { return "KINDS" }

// shortKind returns "definite" for definitely_lost, and the like.
func shortKind(k guestheap.LeakKind) string {
	first, last, _ := strings.Cut(k.String(), "_")
	switch k {
	case guestheap.StillReachable:
		return last
	case guestheap.PossiblyLost:
		return "possible"
	default:
		return strings.TrimSuffix(first, "ly")
	}
}
