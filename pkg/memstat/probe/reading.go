package probe

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Reading is a measured number, or nothing: the zero Reading means that the
// system has no such number. It holds no pointer, so a long series of samples
// costs the garbage collector nothing. Its JSON form is a number; with omitzero
// an absent Reading is left out.
type Reading struct {
	value uint64
	known bool
}

// Measured returns a Reading of the value v.
func Measured(v uint64) Reading { return Reading{value: v, known: true} }

// Get returns the value and whether it was measured.
func (r Reading) Get() (value uint64, ok bool) { return r.value, r.known }

// IsZero reports whether nothing was measured. It is false for a measured 0.
func (r Reading) IsZero() bool { return !r.known }

// MarshalJSON returns the number, or null if nothing was measured.
func (r Reading) MarshalJSON() ([]byte, error) {
	if !r.known {
		return []byte("null"), nil
	}
	return strconv.AppendUint(nil, r.value, 10), nil
}

// UnmarshalJSON reads a number or null. It refuses negative numbers and
// fractions.
func (r *Reading) UnmarshalJSON(data []byte) error {
	*r = Reading{}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(data, &r.value); err != nil {
		return err
	}
	r.known = true
	return nil
}

// appendField appends a member of a JSON object, or nothing if r is absent.
// The object's opening brace is already in b.
func (r Reading) appendField(b []byte, name string) []byte {
	if !r.known {
		return b
	}
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(strconv.AppendQuote(b, name), ':')
	return strconv.AppendUint(b, r.value, 10)
}
