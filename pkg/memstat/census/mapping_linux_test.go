package census

import (
	"strings"
	"syscall"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestHuntMappings: the kernel joins anonymous mappings, so that they are found
// by their pages.
func TestHuntMappings(t *testing.T) {
	var maps [][]byte
	defer func() {
		for _, m := range maps {
			_ = syscall.Munmap(m)
		}
	}()
	for _, protection := range []int{syscall.PROT_READ | syscall.PROT_WRITE, syscall.PROT_NONE} {
		r := Hunt(Config{}, Plan{WarmUp: 5, Window: 50, Windows: 3}, func(cycles int) bool {
			for range cycles {
				m, err := syscall.Mmap(-1, 0, 4096, protection, syscall.MAP_PRIVATE|syscall.MAP_ANON)
				if err != nil {
					t.Fatal(err)
				}
				maps = append(maps, m)
			}
			return true
		})
		found := false
		for _, f := range r.Findings {
			found = found || f.Kind == Mapping && strings.HasPrefix(f.Identity, "anonymous") && f.PerCycle > 0.9 && f.PerCycle < 1.1
		}
		if r.Verdict != memstat.Leaking || !found {
			t.Errorf("protection %d: %+v", protection, r)
		}
	}
}

func TestParseMapping(t *testing.T) {
	for _, tc := range []struct {
		line, protection, name string
		size                   int64
	}{
		{"00400000-0040b000 r-xp 00000000 00:00 12 /bin/cat", "r-xp", "/bin/cat", 0xb000},
		{"7f00-8f00 ---p 00000000 00:00 0 ", "---p", "", 0x1000},
		{"7f00-8f00 rw-p 00000000 00:01 9 /memfd:image (deleted)", "rw-p", "/memfd:image (deleted)", 0x1000},
		{"nonsense", "", "", 0},
		{"", "", "", 0},
	} {
		size, protection, name := parseMapping(tc.line)
		if size != tc.size || protection != tc.protection || name != tc.name {
			t.Errorf("%q: %d, %q, %q", tc.line, size, protection, name)
		}
	}
}
