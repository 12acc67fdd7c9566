package spectest

import (
	"encoding/json"
	"slices"
	"testing"
)

func value(t *testing.T, text string) Value {
	t.Helper()
	var v Value
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSlots(t *testing.T) {
	for _, tc := range []struct {
		value string
		want  []uint64 // nil for an error
	}{
		{`{"type": "i32", "value": "4294967295"}`, []uint64{0xffffffff}},
		{`{"type": "i32", "value": "-1"}`, []uint64{0xffffffff}},
		{`{"type": "i32", "value": "4294967296"}`, nil},
		{`{"type": "i64", "value": "-2"}`, []uint64{1<<64 - 2}},
		{`{"type": "f32", "value": "2143289344"}`, []uint64{0x7fc00000}},
		{`{"type": "f64", "value": "9221120237041090560"}`, []uint64{0x7ff8 << 48}},
		{`{"type": "v128", "lane_type": "i8", "value": ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","-1"]}`,
			[]uint64{0x0807060504030201, 0xff0f0e0d0c0b0a09}},
		{`{"type": "v128", "lane_type": "i64", "value": ["1","2"]}`, []uint64{1, 2}},
		{`{"type": "v128", "lane_type": "i64", "value": ["1"]}`, nil},
		{`{"type": "externref", "value": "0"}`, []uint64{1}},
		{`{"type": "externref", "value": "null"}`, []uint64{0}},
		{`{"type": "funcref", "value": "null"}`, []uint64{0}},
		{`{"type": "funcref", "value": "1"}`, nil},
		{`{"type": "i31ref", "value": "1"}`, nil},
		{`{"type": "i32"}`, nil},
	} {
		got, err := value(t, tc.value).slots()
		if (err != nil) != (tc.want == nil) || err == nil && !slices.Equal(got, tc.want) {
			t.Errorf("%s: %#x, %v; want %#x", tc.value, got, err, tc.want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, tc := range []struct {
		value string
		slots []uint64
		want  bool
	}{
		{`{"type": "i32", "value": "7"}`, []uint64{7}, true},
		{`{"type": "i32", "value": "7"}`, []uint64{8}, false},
		{`{"type": "i32", "value": "7"}`, nil, false},
		{`{"type": "f32", "value": "nan:canonical"}`, []uint64{0x7fc00000}, true},
		{`{"type": "f32", "value": "nan:canonical"}`, []uint64{0xffc00000}, true},
		{`{"type": "f32", "value": "nan:canonical"}`, []uint64{0x7fc00001}, false},
		{`{"type": "f32", "value": "nan:canonical"}`, []uint64{0x7fa00000}, false},
		{`{"type": "f32", "value": "nan:arithmetic"}`, []uint64{0x7fc00001}, true},
		{`{"type": "f32", "value": "nan:arithmetic"}`, []uint64{0x7fa00001}, false},
		{`{"type": "f32", "value": "nan:arithmetic"}`, []uint64{0x7f800000}, false},
		{`{"type": "f64", "value": "nan:canonical"}`, []uint64{0x7ff8 << 48}, true},
		{`{"type": "f64", "value": "nan:canonical"}`, []uint64{0x7ff8<<48 + 1}, false},
		{`{"type": "f64", "value": "nan:arithmetic"}`, []uint64{0xfff8<<48 + 1}, true},
		{`{"type": "f64", "value": "nan:arithmetic"}`, []uint64{0x7ff4 << 48}, false},
		{`{"type": "v128", "lane_type": "f32", "value": ["nan:canonical", "1", "2", "nan:arithmetic"]}`,
			[]uint64{1<<32 | 0x7fc00000, 0x7fc00009<<32 | 2}, true},
		{`{"type": "v128", "lane_type": "f32", "value": ["nan:canonical", "1", "2", "nan:arithmetic"]}`,
			[]uint64{1<<32 | 0x7fc00009, 0x7fc00009<<32 | 2}, false},
		{`{"type": "v128", "lane_type": "i16", "value": ["1","2","3","4","5","6","7","8"]}`,
			[]uint64{0x0004000300020001, 0x0008000700060005}, true},
		{`{"type": "v128", "lane_type": "i64", "value": ["1","2"]}`, []uint64{1}, false},
		{`{"type": "externref", "value": "1"}`, []uint64{2}, true},
		{`{"type": "externref", "value": "1"}`, []uint64{1}, false},
		{`{"type": "externref"}`, []uint64{5}, true},
		{`{"type": "funcref"}`, []uint64{0}, false},
		{`{"type": "funcref", "value": "null"}`, []uint64{0}, true},
		{`{"type": "refnull"}`, []uint64{0}, true},
		{`{"type": "refnull"}`, []uint64{1}, false},
	} {
		got, err := matchesAll([]Value{value(t, tc.value)}, tc.slots)
		if err != nil || got != tc.want {
			t.Errorf("%s and %#x: %v, %v", tc.value, tc.slots, got, err)
		}
	}
	if ok, err := matchesAll(nil, []uint64{1}); ok || err != nil {
		t.Errorf("a result that is not expected: %v, %v", ok, err)
	}
}
