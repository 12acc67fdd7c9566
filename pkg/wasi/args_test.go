package wasi

import (
	"math"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

func TestStringList(t *testing.T) {
	for _, list := range [][]string{nil, {}, {""}, {"a"}, {"wamr-go", "", "ä\xff", "last"}} {
		var v stringList
		scope := account(t)
		v.init(scope, memstat.KindArgs, list)
		m := make(memory, 256)
		for i := range m {
			m[i] = 0xa5
		}
		if errno := v.sizes(m, 0, 4); errno != ESUCCESS {
			t.Fatal(errno)
		}
		size := 0
		for _, s := range list {
			size += len(s) + 1
		}
		if m[0] != byte(len(list)) || m[4] != byte(size) || m[8] != 0xa5 {
			t.Errorf("%q: sizes % x", list, m[:9])
		}
		const pointers, buf = 16, 128
		if errno := v.get(m, pointers, buf); errno != ESUCCESS {
			t.Fatal(errno)
		}
		at := uint32(buf)
		for i, s := range list {
			if got := m[pointers+4*i]; uint32(got) != at {
				t.Errorf("%q: pointer %d is %d, want %d", list, i, got, at)
			}
			if got := string(m[at : int(at)+len(s)+1]); got != s+"\x00" {
				t.Errorf("%q: string %d is %q", list, i, got)
			}
			at += uint32(len(s) + 1)
		}
		if m[pointers+4*len(list)] != 0xa5 || m[at] != 0xa5 || m[pointers-1] != 0xa5 || m[buf-1] != 0xa5 {
			t.Errorf("%q: written past an end", list)
		}
		v.destroy(scope)
	}
}

// A place that is too small by one byte is EFAULT.
func TestStringListBounds(t *testing.T) {
	var v stringList
	scope := account(t)
	v.init(scope, memstat.KindEnviron, []string{"A=1", "B=2"})
	defer v.destroy(scope)
	const size = 64
	for _, test := range []struct {
		pointers, buf uint32
		want          Errno
	}{
		{0, size - 8, ESUCCESS}, {0, size - 7, EFAULT}, {size - 8, 0, ESUCCESS}, {size - 7, 0, EFAULT},
		{math.MaxUint32, 0, EFAULT}, {0, math.MaxUint32, EFAULT}, {math.MaxUint32 - 3, 0, EFAULT},
	} {
		if errno := v.get(make(memory, size), test.pointers, test.buf); errno != test.want {
			t.Errorf("get at %d and %d: %v, want %v", test.pointers, test.buf, errno, test.want)
		}
		if errno := v.get(nil, test.pointers, test.buf); errno != EFAULT {
			t.Errorf("without memory: %v", errno)
		}
	}
	for _, test := range []struct {
		count, size uint32
		want        Errno
	}{{60, 56, ESUCCESS}, {61, 0, EFAULT}, {0, 61, EFAULT}, {math.MaxUint32, 0, EFAULT}, {0, math.MaxUint32 - 2, EFAULT}} {
		if errno := v.sizes(make(memory, size), test.count, test.size); errno != test.want {
			t.Errorf("sizes at %d and %d: %v, want %v", test.count, test.size, errno, test.want)
		}
	}
}

func TestCheckStrings(t *testing.T) {
	for _, test := range []struct {
		list []string
		ok   bool
	}{
		{nil, true}, {[]string{""}, true}, {[]string{"123456789"}, true}, {[]string{"1234", "1234"}, true},
		{[]string{"1234567890"}, false}, {[]string{"12345", "1234"}, false}, {[]string{"a\x00b"}, false},
		{make([]string, 10), true}, {make([]string, 11), false},
	} {
		if err := checkStrings("argument", test.list, 10); (err == nil) != test.ok {
			t.Errorf("%q: %v", test.list, err)
		}
	}
}
