package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/tetratelabs/wazero/api"
)

// Invoke calls an exported function with arguments that are text, which it
// parses by the signature: i32 and i64 are decimal numbers or, after 0x,
// hexadecimal ones, of the signed or the unsigned range; f32 and f64 are decimal
// or hexadecimal numbers, "inf" or "nan". Results are written the same way:
// integers signed, floats in the fewest digits that read back exactly. A reactor
// is initialized first. When ctx is done, the guest ends as in Start.
//
// If the function cannot be called, the outcome is of kind OutcomeError with an
// *ExportError or an *ArgumentError, and the guest was not touched.
func (in *Instance) Invoke(ctx context.Context, name string, args []string) ([]string, Outcome) {
	params, export, err := in.module.parseCall(name, args)
	if err != nil {
		return nil, Outcome{Kind: OutcomeError, Err: err}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.module.kind == Reactor {
		outcome := in.initialize(ctx)
		if name == exportInitialize || !outcome.Clean() {
			return nil, outcome
		}
	}
	results, outcome := in.call(ctx, name, params)
	return export.format(results), outcome
}

// format returns the results of a call as text. A call that did not return has
// none.
func (e Export) format(results []uint64) []string {
	if results == nil {
		return nil
	}
	texts := make([]string, len(results))
	for i, v := range results {
		texts[i] = formatValue(e.Results[i], v)
	}
	return texts
}

// CheckCall returns the error that Invoke would return for the call, without
// calling anything: an *ExportError, an *ArgumentError or nil.
func (m *Module) CheckCall(name string, args []string) error {
	_, _, err := m.parseCall(name, args)
	return err
}

func (m *Module) parseCall(name string, args []string) ([]uint64, Export, error) {
	export, ok := find(m.exports, name)
	if !ok {
		return nil, Export{}, &ExportError{name, m.Exports()}
	}
	for _, types := range [][]api.ValueType{export.Params, export.Results} {
		for _, t := range types {
			if !isNumber(t) {
				return nil, export, &ArgumentError{Export: export, Index: -1,
					Problem: fmt.Sprintf("values of type %s cannot be passed as text", typeName(t))}
			}
		}
	}
	if len(args) != len(export.Params) {
		return nil, export, &ArgumentError{Export: export, Index: -1,
			Problem: fmt.Sprintf("takes %d arguments, and %d are given", len(export.Params), len(args))}
	}
	params := make([]uint64, len(args))
	for i, text := range args {
		v, err := parseValue(export.Params[i], text)
		if err != nil {
			return nil, export, &ArgumentError{export, i, text, err.Error()}
		}
		params[i] = v
	}
	return params, export, nil
}

func isNumber(t api.ValueType) bool {
	return t == api.ValueTypeI32 || t == api.ValueTypeI64 || t == api.ValueTypeF32 || t == api.ValueTypeF64
}

// parseValue returns a number in the encoding of wazero's stack.
func parseValue(t api.ValueType, text string) (uint64, error) {
	switch t {
	case api.ValueTypeI32:
		v, err := parseInt(text, 32)
		return v & math.MaxUint32, err
	case api.ValueTypeI64:
		return parseInt(text, 64)
	case api.ValueTypeF32:
		v, err := parseFloat(text, 32)
		return api.EncodeF32(float32(v)), err
	default:
		v, err := parseFloat(text, 64)
		return api.EncodeF64(v), err
	}
}

// parseInt reads an integer from -2^(bits-1) to 2^bits-1.
func parseInt(text string, bits int) (uint64, error) {
	digits, negative := strings.CutPrefix(text, "-")
	if !negative {
		digits = strings.TrimPrefix(digits, "+")
	}
	base := 10
	if len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") {
		digits, base = digits[2:], 16
	}
	v, err := strconv.ParseUint(digits, base, bits)
	if err == nil && negative {
		if v > 1<<(bits-1) {
			err = strconv.ErrRange
		}
		v = -v
	}
	return v, numberError(err, fmt.Sprintf("i%d", bits), fmt.Sprintf("-2^%d to 2^%d-1", bits-1, bits))
}

// parseFloat reads a float as Go does, with two differences: it refuses
// underscores, and a hexadecimal float needs no exponent.
func parseFloat(text string, bits int) (float64, error) {
	number := text
	if lower := strings.ToLower(text); strings.Contains(lower, "0x") && !strings.Contains(lower, "p") {
		number += "p0"
	}
	v, err := strconv.ParseFloat(number, bits)
	if strings.Contains(text, "_") {
		err = strconv.ErrSyntax
	}
	return v, numberError(err, fmt.Sprintf("f%d", bits), "the largest finite one")
}

func numberError(err error, name, limits string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("out of the range of %s, %s", name, limits)
	default:
		return fmt.Errorf("not a number of type %s", name)
	}
}

func formatValue(t api.ValueType, v uint64) string {
	switch t {
	case api.ValueTypeI32:
		return strconv.FormatInt(int64(api.DecodeI32(v)), 10)
	case api.ValueTypeI64:
		return strconv.FormatInt(int64(v), 10)
	case api.ValueTypeF32:
		f := api.DecodeF32(v)
		return formatFloat(float64(f), f)
	default:
		f := api.DecodeF64(v)
		return formatFloat(f, f)
	}
}

// formatFloat writes exact, a float32 or float64 whose value is f. It uses fmt,
// which writes numbers below 1e21 without an exponent; strconv alone does not.
func formatFloat(f float64, exact any) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	default:
		return fmt.Sprint(exact)
	}
}
