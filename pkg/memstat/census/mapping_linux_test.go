package census

import (
	"strings"
	"syscall"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestHuntMappings: the kernel joins anonymous mappings, so their pages are
// counted. The race detector and the runtime map memory as well, so that the rate
// is only right if neither did so in a window; one of three hunts must find it.
func TestHuntMappings(t *testing.T) {
	var maps [][]byte
	defer func() {
		for _, m := range maps {
			_ = syscall.Munmap(m)
		}
	}()
	for _, protection := range []int{syscall.PROT_READ | syscall.PROT_WRITE, syscall.PROT_NONE} {
		hunt := func() *Result {
			return Hunt(Config{}, Plan{WarmUp: 5, Window: 50, Windows: 3}, func(cycles int) bool {
				for range cycles {
					m, err := syscall.Mmap(-1, 0, 4096, protection, syscall.MAP_PRIVATE|syscall.MAP_ANON)
					if err != nil {
						t.Fatal(err)
					}
					maps = append(maps, m)
				}
				return true
			})
		}
		var r *Result
		found := false
		for range 3 {
			r = hunt()
			if r.Verdict != memstat.Leaking {
				t.Errorf("protection %d: %+v", protection, r)
			}
			for _, f := range r.Findings {
				found = found || f.Kind == Mapping && strings.HasPrefix(f.Identity, "anonymous") && f.PerCycle > 0.9 && f.PerCycle < 1.1
			}
			if found {
				break
			}
		}
		if !found {
			t.Errorf("protection %d: %+v", protection, r)
		}
	}
}

func TestParseMapping(t *testing.T) {
	for _, tc := range []struct {
		line string
		want mapping
	}{
		{"00400000-0040b000 r-xp 00000000 00:00 12 /bin/cat", mapping{0x400000, 0x40b000, "r-xp", "/bin/cat"}},
		{"7f00-8f00 ---p 00000000 00:00 0 ", mapping{0x7f00, 0x8f00, "---p", ""}},
		{"7f00-8f00 rw-p 00000000 00:01 9 /memfd:image (deleted)", mapping{0x7f00, 0x8f00, "rw-p", "/memfd:image (deleted)"}},
		{"7f00-8f00 rw-p 00000000 00:00 0 [anon: Go: heap]", mapping{0x7f00, 0x8f00, "rw-p", ""}},
		{"7f00-8f00 rw-p 00000000 00:00 0 [anon: mine]", mapping{0x7f00, 0x8f00, "rw-p", "[anon: mine]"}},
		{"nonsense", mapping{}},
		{"", mapping{}},
	} {
		if got := parseMapping(tc.line); got != tc.want {
			t.Errorf("%q: %+v", tc.line, got)
		}
	}
}

func TestIsStack(t *testing.T) {
	guard := mapping{0x7f_f000, 0x80_0000, "---p", ""}
	stack := mapping{0x80_0000, 0x100_0000, "rw-p", ""}
	for name, tc := range map[string]struct {
		m, below mapping
		want     bool
	}{
		"stack":           {stack, guard, true},
		"no neighbour":    {stack, mapping{0x7e_0000, 0x7f_0000, "---p", ""}, false},
		"a slot below":    {stack, mapping{0x7f_0000, 0x80_0000, "---p", ""}, false},
		"a file below":    {stack, mapping{0x7f_f000, 0x80_0000, "---p", "/lib/x"}, false},
		"a page":          {mapping{0x80_0000, 0x80_1000, "rw-p", ""}, guard, false},
		"not writable":    {mapping{0x80_0000, 0x100_0000, "r-xp", ""}, guard, false},
		"readable guard ": {stack, mapping{0x7f_f000, 0x80_0000, "r--p", ""}, false},
	} {
		if got := tc.m.isStack(tc.below); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestMappedByGo: a size that is not a whole page takes a whole one.
func TestMappedByGo(t *testing.T) {
	c := &Census{}
	c.mappedByGo.observe(nil, 4096)
	first := c.mappedByGo
	if first.pages != first.bytes/4096 {
		t.Errorf("%+v", first)
	}
	for _, tc := range []struct{ before, pages int64 }{
		{first.bytes, 100},
		{first.bytes - 69648, 118},
		{first.bytes - 4096, 101},
		{first.bytes + 8000, 98},
	} {
		next := mappedByGo{}
		next.observe(&Census{mappedByGo: mappedByGo{tc.before, 100}}, 4096)
		if next.bytes == first.bytes && next.pages != tc.pages {
			t.Errorf("%d bytes before, %+v, want %d pages", tc.before, next, tc.pages)
		}
	}
}
