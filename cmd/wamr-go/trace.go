package main

import (
	"strings"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// traceAll is what --trace means without a value.
const traceAll = "all"

// traceFlag is a list of groups and functions; it may be given again.
type traceFlag struct{ to *[]string }

func (f traceFlag) String() string { return strings.Join(*f.to, ",") }
func (f traceFlag) Type() string   { return "GROUP,…" }

func (f traceFlag) Set(text string) error {
	names := strings.Split(text, ",")
	if text == traceAll {
		names = wasi.TraceGroups()
	}
	if _, err := wasi.NewTrace(nil, false, names...); err != nil {
		return usagef("it has an %v", err)
	}
	*f.to = append(*f.to, names...)
	return nil
}
