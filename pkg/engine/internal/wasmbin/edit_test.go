package wasmbin

import "testing"

func TestApply(t *testing.T) {
	binary := []byte("0123456789")
	for _, tc := range []struct {
		edits []Edit
		want  string
	}{
		{nil, "0123456789"},
		{[]Edit{{3, 5, nil}}, "01256789"},
		{[]Edit{{3, 3, []byte("ab")}}, "012ab3456789"},
		{[]Edit{{10, 10, []byte("end")}, {0, 1, []byte("begin")}}, "begin123456789end"},
		{[]Edit{{5, 9, []byte("x")}, {2, 5, []byte("y")}}, "01yx9"},
	} {
		if got := Apply(binary, tc.edits...); string(got) != tc.want {
			t.Errorf("%v: %q, want %q", tc.edits, got, tc.want)
		}
	}
	if string(binary) != "0123456789" {
		t.Errorf("the binary became %q", binary)
	}
}
