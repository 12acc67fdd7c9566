package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// maxSavedBytes is the size of the largest report that is read: that of a run has
// some kilobytes, that of vet one of these for each module.
const maxSavedBytes = 256 << 20

// savedReport is a report that was read from a file.
type savedReport struct {
	file string
	run  *report.Report // nil for one of vet
	vet  *vet.Report    // nil for one of a run
	text []byte
}

// readSaved reads a report; "-" is standard input.
func readSaved(a *app, file string) (*savedReport, error) {
	text, err := readSavedText(a.stdin, file)
	if err != nil {
		return nil, cannotRunf("%s: %v", file, systemReason(err))
	}
	s := &savedReport{file: file, text: text}
	var head struct {
		Schema *string `json:"schema"`
	}
	switch err := json.Unmarshal(text, &head); {
	case err != nil:
		return nil, s.unreadable(err)
	case head.Schema == nil:
		return nil, cannotRunf("%s: is no report: it names no schema", file)
	}
	var unknown string // field of a newer version
	switch *head.Schema {
	case report.Schema:
		s.run, unknown, err = report.Parse(text)
	case vet.Schema:
		s.vet, unknown, err = vet.Parse(text)
	default:
		return nil, cannotRunf("%s: its schema is %q, which this version does not know; it knows %s and %s",
			file, *head.Schema, report.Schema, vet.Schema)
	}
	if err != nil {
		return nil, cannotRunf("%s: is no report: %v", file, err)
	}
	if unknown != "" {
		a.ui.warnf("%s: a newer version wrote it; fields that this one does not know are left out, such as %q", file, unknown)
	}
	return s, nil
}

func readSavedText(stdin io.Reader, file string) ([]byte, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("no such file") // also where the system has other words
		}
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
		switch info, err := f.Stat(); {
		case err != nil:
			return nil, err
		case info.IsDir():
			return nil, errors.New("is a directory, not a report")
		case info.Size() > maxSavedBytes:
			return nil, errTooLarge
		}
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSavedBytes+1))
	if err == nil && len(text) > maxSavedBytes {
		return nil, errTooLarge
	}
	return text, err
}

var errTooLarge = errors.New("is larger than any report: it has more than 256 MiB")

// unreadable says why a text is no JSON.
func (s *savedReport) unreadable(err error) error {
	start := bytes.TrimLeft(s.text[:min(len(s.text), 1024)], " \t\r\n")
	switch {
	case len(s.text) == 0:
		return cannotRunf("%s: is empty", s.file)
	case bytes.HasPrefix(s.text, []byte("\x00asm")):
		return cannotRunf("%s: is a WebAssembly module, not a report", s.file).
			withHint("wamr-go --mem-report=json:FILE %s writes one", s.file)
	case len(start) == 0 || start[0] != '{':
		return cannotRunf("%s: is no JSON, and a report is read from JSON only", s.file).
			withHint("write it with --mem-report=json:FILE")
	case strings.Contains(err.Error(), "unexpected end"): // of encoding/json
		return cannotRunf("%s: is cut off: the JSON does not end", s.file)
	default:
		return cannotRunf("%s: is no report: %v", s.file, err)
	}
}
