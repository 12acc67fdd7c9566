package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// WriteJSON writes the report as one indented JSON object of the schema
// [Schema] and a newline. The output holds no byte that a terminal acts upon;
// bytes of a string that are not UTF-8 become U+FFFD. No option applies.
func WriteJSON(w io.Writer, r *Report, _ Options) error {
	text, err := EncodeJSON(normal(r))
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// EncodeJSON returns a value as WriteJSON writes a report: an indented JSON text and
// a newline, without a byte that a terminal acts upon.
func EncodeJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return nil, fmt.Errorf("encode report: %w", err)
	}
	return escapeInvisible(b.Bytes()), nil
}

// normal returns a copy with the schema's name and with empty lists in place of
// nil ones, so readers need no case for null.
func normal(r *Report) *Report {
	n := *r
	n.Schema = Schema
	if n.Run != nil {
		r := *n.Run
		r.Arguments, r.Environment = list(r.Arguments), list(r.Environment)
		n.Run = &r
	}
	if n.Ledger != nil {
		l := *n.Ledger
		l.Kinds, l.Leaks = list(l.Kinds), list(l.Leaks)
		n.Ledger = &l
	}
	if n.Cycles != nil {
		c := *n.Cycles
		c.Census, c.Metrics, c.Samples = list(c.Census), list(c.Metrics), list(c.Samples)
		if c.Outcomes == nil {
			c.Outcomes = map[string]uint64{}
		}
		n.Cycles = &c
	}
	if n.Target != nil {
		t := *n.Target
		t.Kinds = list(t.Kinds)
		n.Target = &t
	}
	return &n
}

func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// escapeInvisible escapes, as \uXXXX, the runes that encoding/json leaves alone
// but a terminal acts upon: DEL, the C1 controls, marks that reorder text. In
// JSON such runes occur only inside strings.
func escapeInvisible(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out = append(out, text[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out
}
