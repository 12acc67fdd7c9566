package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// ErrSchema is the error of a text that is JSON, but no report of this schema.
var ErrSchema = errors.New("it is no report of the schema " + Schema)

// Parse reads a report that WriteJSON wrote, of this version or a later one, whose
// further fields it ignores: unknown names the first of them, or is "". The
// report can be rendered as it is; its texts are as untrusted as the file. An error
// that is not [ErrSchema] is a problem of the JSON, or a value that no report has.
func Parse(text []byte) (r *Report, unknown string, err error) {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, "", err
	}
	if head.Schema != Schema {
		return nil, "", fmt.Errorf("%w, but of %q", ErrSchema, head.Schema)
	}
	r = new(Report)
	if unknown, err = Decode(text, r); err != nil {
		return nil, "", err
	}
	if err := r.check(); err != nil {
		return nil, "", err
	}
	return r, unknown, nil
}

// Decode decodes JSON into the value that to points to. It ignores fields that the
// value does not have, and returns the name of the first of them, or "". Types that
// decode themselves hide theirs.
func Decode[T any](text []byte, to *T) (unknown string, err error) {
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	err = strict.Decode(to)
	if err == nil {
		return "", nil
	}
	unknown, ok := strings.CutPrefix(err.Error(), "json: unknown field ") // it has no type
	if !ok {
		return "", err
	}
	*to = *new(T)
	return memstat.Printable(strings.Trim(unknown, `"`)), json.Unmarshal(text, to)
}

// maxWindows is more than any hunt has.
const maxWindows = 1000

// check refuses values that a renderer relies on.
func (r *Report) check() error {
	c := r.Cycles
	if c == nil {
		return nil
	}
	for _, f := range c.Census {
		if len(f.Counts) == 0 {
			return errors.New("cycles.census: a finding has no counts")
		}
	}
	if h := c.Hunt; h != nil && (h.Windows < 0 || h.Windows > maxWindows || h.Window < 0) {
		return fmt.Errorf("cycles.hunt: %d windows of %d cycles", h.Windows, h.Window)
	}
	return nil
}
