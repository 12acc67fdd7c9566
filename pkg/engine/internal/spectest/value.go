package spectest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Value is an argument or an expected result. Integers and the bits of floats
// are decimal numbers.
type Value struct {
	Type string `json:"type"`      // "i32", "v128", "externref"…
	Lane string `json:"lane_type"` // of a v128: "i8", "f64"…
	// Value is a string, or an array of strings for the lanes of a v128. It is
	// absent where any reference but null is expected.
	Value json.RawMessage `json:"value"`
}

// lanes returns the parts of a value and their width in bits. A number is a
// vector of one lane.
func (v Value) lanes() (texts []string, width int, err error) {
	kind := v.Type
	if kind == "v128" {
		kind = v.Lane
		err = json.Unmarshal(v.Value, &texts)
	} else {
		texts = make([]string, 1)
		err = json.Unmarshal(v.Value, &texts[0])
	}
	switch kind {
	case "i8":
		width = 8
	case "i16":
		width = 16
	case "i32", "f32":
		width = 32
	case "i64", "f64":
		width = 64
	default:
		err = fmt.Errorf("unknown type of value %q", kind)
	}
	if err == nil && v.Type == "v128" && len(texts)*width != 128 {
		err = fmt.Errorf("%d lanes of %s", len(texts), kind)
	}
	return texts, width, err
}

// slots returns an argument in wazero's encoding: 64 bits, or twice as many for
// a v128.
func (v Value) slots() ([]uint64, error) {
	if v.isReference() {
		r, err := v.reference()
		return []uint64{r}, err
	}
	texts, width, err := v.lanes()
	if err != nil {
		return nil, err
	}
	slots := make([]uint64, (len(texts)*width+63)/64)
	for i, text := range texts {
		bits, err := parseBits(text, width)
		if err != nil {
			return nil, err
		}
		slots[i*width/64] |= bits << (i * width % 64)
	}
	return slots, nil
}

// parseBits reads a decimal number, signed or not, of a width in bits.
func parseBits(text string, width int) (uint64, error) {
	if v, err := strconv.ParseUint(text, 10, width); err == nil {
		return v, nil
	}
	v, err := strconv.ParseInt(text, 10, width)
	return uint64(v) & (1<<width - 1), err
}

// matches compares an expected result with a function's result. It reads one or
// two slots, and returns the others.
func (v Value) matches(slots []uint64) (ok bool, rest []uint64, err error) {
	if len(slots) == 0 {
		return false, nil, nil
	}
	if v.isReference() {
		ok, err = v.matchesReference(slots[0])
		return ok, slots[1:], err
	}
	texts, width, err := v.lanes()
	if err != nil {
		return false, nil, err
	}
	used := (len(texts)*width + 63) / 64
	if used > len(slots) {
		return false, nil, nil
	}
	for i, text := range texts {
		bits := slots[i*width/64] >> (i * width % 64) & (1<<width - 1)
		if ok, err := matchesBits(text, width, bits); !ok {
			return false, slots[used:], err
		}
	}
	return true, slots[used:], nil
}

// matchesBits compares the bits of a number with a decimal number or with a
// pattern of NaNs. A canonical NaN has the highest bit of the payload alone; an
// arithmetic one has it at least. The sign does not matter.
func matchesBits(text string, width int, bits uint64) (bool, error) {
	mantissa := 23
	if width == 64 {
		mantissa = 52
	}
	sign := uint64(1) << (width - 1)
	canonical := sign - 1<<(mantissa-1) // exponent and quiet bit
	switch text {
	case "nan:canonical":
		return bits&^sign == canonical, nil
	case "nan:arithmetic":
		return bits&canonical == canonical, nil
	}
	want, err := parseBits(text, width)
	return err == nil && bits == want, err
}

func (v Value) isReference() bool {
	return slices.Contains([]string{"externref", "funcref", "exnref", "refnull"}, v.Type)
}

// reference returns a reference as a number that is 0 for null alone. The
// scripts number external ones from 0.
func (v Value) reference() (uint64, error) {
	var text string
	if v.Type == "refnull" {
		return 0, nil
	}
	if err := json.Unmarshal(v.Value, &text); err != nil {
		return 0, err
	}
	if text == "null" {
		return 0, nil
	}
	if v.Type != "externref" {
		return 0, fmt.Errorf("a %s cannot be made by a host: %s", v.Type, text)
	}
	n, err := strconv.ParseUint(text, 10, 32)
	return n + 1, err
}

func (v Value) matchesReference(got uint64) (bool, error) {
	if v.Value == nil && v.Type != "refnull" {
		return got != 0, nil
	}
	want, err := v.reference()
	return err == nil && got == want, err
}

// matchesAll compares the results of a function with those expected.
func matchesAll(expected []Value, results []uint64) (bool, error) {
	for _, v := range expected {
		ok, rest, err := v.matches(results)
		if !ok {
			return false, err
		}
		results = rest
	}
	return len(results) == 0, nil
}
