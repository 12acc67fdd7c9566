package memstat

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLeakError(t *testing.T) {
	for _, tc := range []struct {
		leaks []Leak
		want  string
	}{
		{[]Leak{{Kind: KindPrestatLock, Objects: 1, Bytes: 24}}, "1 prestat_lock (24 bytes) not given back"},
		{[]Leak{
			{Kind: KindPrestatLock, Objects: 999, Bytes: 23976, Cycle: 1},
			{Kind: KindHostFD, Objects: 2, Cycle: 3},
			{Kind: KindPrestatLock, Objects: 1, Bytes: 24, Cycle: 7},
		}, "1,000 prestat_lock (24,000 bytes), 2 host_fd (0 bytes) not given back"},
	} {
		if got := (&LeakError{tc.leaks}).Error(); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestSplitLeaks(t *testing.T) {
	lock := &LeakError{[]Leak{{Kind: KindPrestatLock, Objects: 1}}}
	fd := &LeakError{[]Leak{{Kind: KindHostFD, Objects: 1}}}
	for _, tc := range []struct {
		name  string
		err   error
		kinds []Kind
		other string
	}{
		{"nil", nil, nil, ""},
		{"leak", lock, []Kind{KindPrestatLock}, ""},
		{"other", io.EOF, nil, "EOF"},
		{"joined", errors.Join(io.EOF, lock, io.ErrNoProgress), []Kind{KindPrestatLock}, "EOF\nmultiple Read calls return no data or error"},
		{"joined leaks", errors.Join(lock, errors.Join(fd)), []Kind{KindPrestatLock, KindHostFD}, ""},
		{"wrapped", fmt.Errorf("close: %w", lock), []Kind{KindPrestatLock}, ""},
		{"wrapped with more", fmt.Errorf("close: %w", errors.Join(lock, io.EOF)), []Kind{KindPrestatLock}, "close: 1 prestat_lock (0 bytes) not given back\nEOF"},
		{"joined without leaks", errors.Join(io.EOF), nil, "EOF"},
	} {
		leaks, other := SplitLeaks(tc.err)
		var kinds []Kind
		for _, l := range leaks {
			kinds = append(kinds, l.Kind)
		}
		text := ""
		if other != nil {
			text = other.Error()
		}
		if diff := cmp.Diff(tc.kinds, kinds); diff != "" || text != tc.other {
			t.Errorf("%s: leaks %v, other %q, want %v, %q", tc.name, kinds, text, tc.kinds, tc.other)
		}
	}
}

func TestFrameString(t *testing.T) {
	for _, tc := range []struct {
		frame Frame
		want  string
	}{
		{Frame{Function: "wasi.NewSystem", File: "wasi/system.go", Line: 62}, "wasi.NewSystem wasi/system.go:62"},
		{Frame{Function: "add(i32,i32) i32"}, "add(i32,i32) i32"},
		{Frame{Function: "f()", File: "a.c"}, "f() a.c"},
		{Frame{File: "a.c", Line: 3}, "(inlined) a.c:3"},
		{Frame{}, "(inlined)"},
		{Frame{Function: "a\n\x1b[2J", File: "\u202eb", Line: 1}, `a\n\x1b[2J \u202eb:1`},
	} {
		if got := tc.frame.String(); got != tc.want {
			t.Errorf("%+v is %q, want %q", tc.frame, got, tc.want)
		}
	}
}
