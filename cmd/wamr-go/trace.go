package main

import (
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// traceAll is the value of --trace without an argument.
const traceAll = "all"

// traceFlag is a repeatable list of groups and functions.
type traceFlag struct{ to *[]string }

func (f traceFlag) String() string { return strings.Join(*f.to, ",") }
func (f traceFlag) Type() string   { return "GROUP,..." }

func (f traceFlag) Set(text string) error {
	names := strings.Split(text, ",")
	if text == traceAll {
		names = wasi.TraceGroups()
	}
	if _, err := wasi.NewTrace(nil, false, names...); err != nil {
		return suggestTrace(usagef("it has an %v", err), names)
	}
	*f.to = append(*f.to, names...)
	return nil
}

// suggestTrace hints at the spelling of the first name that is unknown.
func suggestTrace(f *failure, names []string) error {
	known := append([]string{traceAll}, wasi.TraceGroups()...)
	for _, function := range wasi.Modules()[0].Functions {
		known = append(known, function.Name)
	}
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		if near, ok := nearest(name, known); ok {
			return f.withHint("did you mean --trace=%s?", near)
		}
		break
	}
	return f
}
