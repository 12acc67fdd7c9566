package wasmbin

import (
	"bytes"
	"testing"
)

func TestWholeSections(t *testing.T) {
	b := binaryOf(section(SectionMemory, 1, 0, 1), section(SectionCustom, 1, 'x'))
	second := len(b) - len(section(SectionCustom, 1, 'x'))
	for n := range len(b) + 1 {
		want := b[:0]
		switch {
		case n == len(b):
			want = b
		case n >= second:
			want = b[:second]
		case n >= HeaderSize:
			want = b[:HeaderSize]
		}
		if got := WholeSections(b[:n]); !bytes.Equal(got, want) {
			t.Errorf("of %d bytes: %d, want %d", n, len(got), len(want))
		}
	}
	if got := WholeSections(append(bytes.Clone(b), 1, 0xff, 0xff, 0xff, 0xff, 0xff)); !bytes.Equal(got, b) {
		t.Errorf("with a bad length at the end: %d bytes", len(got))
	}
}
