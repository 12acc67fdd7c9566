package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// This file holds the flags' value types. Help shows the name that Type returns.

// textFlag is a text that is not empty.
type textFlag struct {
	to   *string
	name string
}

func (f textFlag) String() string { return *f.to }
func (f textFlag) Type() string   { return f.name }

func (f textFlag) Set(text string) error {
	if text == "" {
		return usagef("it is empty")
	}
	*f.to = text
	return nil
}

// dirNameFlag is the name of a directory.
type dirNameFlag struct{ textFlag }

// listFlag collects the texts of a repeatable flag.
type listFlag struct {
	to   *[]string
	name string
}

func (listFlag) String() string { return "" }
func (f listFlag) Type() string { return f.name }

func (f listFlag) Set(text string) error {
	*f.to = append(*f.to, text)
	return nil
}

// envFlag is a variable of the environment.
type envFlag struct{ listFlag }

// exportFlag is the name of an export.
type exportFlag struct{ textFlag }

// addressFlag is a TCP address. An empty one would listen on every interface.
type addressFlag struct{ nonEmptyListFlag }

// nonEmptyListFlag refuses an empty text.
type nonEmptyListFlag struct{ listFlag }

func (f nonEmptyListFlag) Set(text string) error {
	if text == "" {
		return usagef("it is empty")
	}
	return f.listFlag.Set(text)
}

// choiceFlag is one of a list of values.
type choiceFlag struct {
	to      *string
	name    string
	choices []string
}

func (f choiceFlag) String() string { return *f.to }
func (f choiceFlag) Type() string   { return f.name }

func (f choiceFlag) Set(text string) error {
	if slices.Contains(f.choices, text) {
		*f.to = text
		return nil
	}
	err := usagef("it is not one of: %s", strings.Join(f.choices, ", "))
	if near, ok := nearest(text, f.choices); ok {
		return err.withHint("did you mean %s?", near)
	}
	return err
}

const colorUsage = "use colour auto, always or never; auto means on a terminal, unless NO_COLOR is set, and anywhere with CLICOLOR_FORCE"

func colorFlag(to *string) choiceFlag {
	return choiceFlag{to, "WHEN", []string{"auto", "always", "never"}}
}

// numberFlag is a whole number from least to most.
type numberFlag struct {
	to          *uint64
	name        string
	least, most uint64
}

func (f numberFlag) String() string { return strconv.FormatUint(*f.to, 10) }
func (f numberFlag) Type() string   { return f.name }

func (f numberFlag) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err == nil && n >= f.least && n <= f.most:
		*f.to = n
		return nil
	case f.most == math.MaxUint64:
		return usagef("it is not a whole number of at least %d", f.least)
	default:
		return usagef("it is not a whole number from %d to %d", f.least, f.most)
	}
}

// sizeFlag is a number of bytes.
type sizeFlag struct {
	to   *uint64
	name string
}

func (f sizeFlag) String() string { return strconv.FormatUint(*f.to, 10) }
func (f sizeFlag) Type() string   { return f.name }

func (f sizeFlag) Set(text string) (err error) {
	*f.to, err = parseSize(text)
	return err
}

const sizeHint = "write bytes, or a binary unit: 65536, 64K, 64KiB, 1M, 2GiB"

// parseSize reads a positive number of bytes, with a binary unit or none: K
// and KiB are 1024. Decimal units are refused, because people read 1MB both ways.
func parseSize(text string) (uint64, error) {
	digits := strings.TrimRight(text, "kKmMgGiIbB")
	shift := 0
	switch strings.ToLower(text[len(digits):]) {
	case "":
	case "k", "kib":
		shift = 10
	case "m", "mib":
		shift = 20
	case "g", "gib":
		shift = 30
	default:
		return 0, usagef("it has an unknown unit").withHint(sizeHint)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err != nil:
		return 0, usagef("it is not a size").withHint(sizeHint)
	case n == 0:
		return 0, usagef("it is not above 0")
	case n > math.MaxUint64>>shift:
		return 0, usagef("it is too large")
	}
	return n << shift, nil
}

// durationFlag is a positive duration.
type durationFlag struct {
	to   *time.Duration
	name string
}

func (f durationFlag) String() string { return f.to.String() }
func (f durationFlag) Type() string   { return f.name }

func (f durationFlag) Set(text string) (err error) {
	*f.to, err = parseDuration(text)
	return err
}

// parseDuration reads Go's format. A number without a unit is refused, because
// users mean milliseconds as often as seconds.
func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err == nil && d > 0:
		return d, nil
	case err == nil:
		return 0, usagef("it is not above 0")
	}
	f := usagef("it is not a duration")
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return 0, f.withHint("add the unit: %sms or %ss", text, text)
	}
	return 0, f.withHint("write 500ms, 10s or 1m30s")
}

// faultFlag is a leak on purpose.
type faultFlag struct{ to *engine.Fault }

func (f faultFlag) String() string { return f.to.String() }
func (faultFlag) Type() string     { return "NAME" }

func (f faultFlag) Set(text string) error {
	fault, err := engine.ParseFault(text)
	if err == nil {
		*f.to = fault
		return nil
	}
	name, _, _ := strings.Cut(text, ":")
	name, _, _ = strings.Cut(name, "/")
	if near, ok := nearest(name, engine.FaultNames()); ok && near != name {
		return usagef("%v", err).withHint("did you mean %s?", near)
	}
	return usagef("%v", err)
}
