package codecache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// addEntry makes a file in an entry's place, which was last used some time ago.
func addEntry(t *testing.T, c *Cache, n, size int, ago time.Duration) {
	t.Helper()
	hash := fmt.Sprintf("%0*x", hashName, n)
	path := filepath.Join(c.room, hash, "wazero-v0-any-other", hash)
	used := time.Now().Add(-ago)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, make([]byte, size), 0o600), os.Chtimes(path, used, used)); err != nil {
		t.Fatal(err)
	}
}

// kept returns the numbers of the entries that addEntry made.
func kept(t *testing.T, c *Cache) []int {
	t.Helper()
	all, err := listEntries(c.room)
	if err != nil {
		t.Fatal(err)
	}
	numbers := []int{}
	for _, e := range all {
		n := 0
		if _, err := fmt.Sscanf(filepath.Base(e.path), "%x", &n); err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

func TestBound(t *testing.T) {
	const hour = time.Hour
	for _, tc := range []struct {
		name   string
		limits Limits
		sizes  []int           // of entries 0, 1, …
		ago    []time.Duration // since they were used
		total  string          // content of the file, if any; %d is the present time
		added  uint64
		want   []int
	}{
		{"within the limits", Limits{100, 10 * hour}, []int{40, 40}, []time.Duration{hour, 2 * hour}, "", 40, []int{0, 1}},
		{"least recently used first", Limits{100, 10 * hour}, []int{40, 40, 40}, []time.Duration{hour, 3 * hour, 2 * hour}, "", 40, []int{0, 2}},
		{"to seven eighths", Limits{100, 10 * hour}, []int{45, 45, 45}, []time.Duration{hour, 2 * hour, 3 * hour}, "", 45, []int{0}},
		{"the newest stays", Limits{100, 10 * hour}, []int{95, 10}, []time.Duration{0, hour}, "", 95, []int{0}},
		{"old", Limits{100, 10 * hour}, []int{1, 1, 1}, []time.Duration{hour, 11 * hour, 9 * hour}, "", 1, []int{0, 2}},
		{"total is believed", Limits{100, 10 * hour}, []int{90, 90}, []time.Duration{hour, 11 * hour}, "60 %d\n", 40, []int{0, 1}},
		{"total passes the limit", Limits{100, 10 * hour}, []int{60, 41}, []time.Duration{hour, 2 * hour}, "60 %d\n", 41, []int{0}},
		{"total too high", Limits{100, 10 * hour}, []int{60}, []time.Duration{hour}, "1000 %d\n", 60, []int{0}},
		{"total is old", Limits{100, 10 * hour}, []int{90, 90}, []time.Duration{hour, 2 * hour}, "1 1600000000\n", 1, []int{0}},
		{"total of the future", Limits{100, 10 * hour}, []int{60, 60}, []time.Duration{hour, 2 * hour}, "1 99999999999\n", 1, []int{0}},
		{"total is damaged", Limits{100, 10 * hour}, []int{60, 60}, []time.Duration{hour, 2 * hour}, "x", 1, []int{0}},
	} {
		c := open(t, t.TempDir(), tc.limits)
		for i, size := range tc.sizes {
			addEntry(t, c, i, size, tc.ago[i])
		}
		path := filepath.Join(c.room, totalName)
		if tc.total != "" {
			total := strings.ReplaceAll(tc.total, "%d", fmt.Sprint(time.Now().Unix()))
			if err := os.WriteFile(path, []byte(total), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.bound(tc.added); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if diff := cmp.Diff(tc.want, kept(t, c)); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
		if total, _ := c.readTotal(); tc.name != "total is believed" {
			use, err := Usage(filepath.Dir(c.room))
			if err != nil || use.Bytes != total {
				t.Errorf("%s: the total is %d, and the cache has %+v, %v", tc.name, total, use, err)
			}
		}
	}
}

func TestTooLarge(t *testing.T) {
	p := returning(t, 1)
	c := open(t, t.TempDir(), Limits{Bytes: 100, Age: time.Hour})
	if err := p.put(t, c); err == nil || !strings.Contains(err.Error(), "the cache's limit is 100") {
		t.Errorf("error %v", err)
	}
	if all, _ := listEntries(c.room); len(all) > 0 {
		t.Errorf("kept %v", all)
	}
}

// TestUseIsRecorded finds old code: its time becomes the present one. That of
// young code stays, as a warm start should not write.
func TestUseIsRecorded(t *testing.T) {
	p := returning(t, 1)
	c := open(t, t.TempDir(), unlimited)
	if err := p.put(t, c); err != nil {
		t.Fatal(err)
	}
	path := onlyPath(t, c)
	for _, tc := range []struct {
		ago, want time.Duration
	}{{48 * time.Hour, 0}, {30 * time.Minute, 30 * time.Minute}} {
		used := time.Now().Add(-tc.ago)
		if err := os.Chtimes(path, used, used); err != nil {
			t.Fatal(err)
		}
		if found, err := p.get(t, c); !found || err != nil {
			t.Fatalf("found %v, %v", found, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if ago := time.Since(info.ModTime()); ago < tc.want || ago > tc.want+20*time.Minute {
			t.Errorf("last used %v ago, want %v", ago, tc.want)
		}
	}
}

// TestOthersFilesStay has files of the user's in the cache's directory, with
// names that look like the cache's.
func TestOthersFilesStay(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-1000 * time.Hour)
	hash := strings.Repeat("a", hashName)
	var want []string
	for _, path := range []string{
		".new-1/x", "stage-1/x", "mine", roomName + "-2/stage-1/x", hash + "/wazero-v1/" + hash,
		roomName + "/mine/x", roomName + "/" + hash + "/other/" + hash, roomName + "/" + hash + "/wazero-v1/mine",
	} {
		full := filepath.Join(dir, path)
		err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o700), os.WriteFile(full, nil, 0o600),
			os.Chtimes(full, long, long), os.Chtimes(filepath.Dir(full), long, long))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, full)
	}
	// The cache came before them.
	room := filepath.Join(dir, roomName)
	if err := os.WriteFile(filepath.Join(room, tagName), []byte(tag), 0o600); err != nil {
		t.Fatal(err)
	}
	c := open(t, dir, Limits{Bytes: 1, Age: time.Nanosecond})
	addEntry(t, c, 1, 10, time.Hour)
	abandonedStage, liveStage := filepath.Join(room, "stage-old"), filepath.Join(room, "stage-live")
	if err := errors.Join(os.Mkdir(abandonedStage, 0o700), os.Mkdir(liveStage, 0o700), os.Chtimes(abandonedStage, long, long)); err != nil {
		t.Fatal(err)
	}
	if err := c.bound(10); err != nil {
		t.Error(err)
	}
	addEntry(t, c, 2, 10, time.Hour)
	if use, err := Clean(dir); err != nil || use.Entries != 1 || use.Bytes != 10 {
		t.Errorf("removed %+v, %v", use, err)
	}
	for _, path := range append(want, liveStage) {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(abandonedStage); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the abandoned stage: %v", err)
	}
	if got := kept(t, c); len(got) > 0 {
		t.Errorf("left %v", got)
	}
}

// TestNotOurFolder has a folder of the cache's name without its tag: nothing is
// removed from it.
func TestNotOurFolder(t *testing.T) {
	for _, content := range []string{"", "Signature: 8a477f597d28d172789f06886806bc55\n# another program's\n"} {
		c := open(t, t.TempDir(), Limits{Bytes: 1, Age: time.Nanosecond})
		addEntry(t, c, 1, 10, time.Hour)
		path := filepath.Join(c.room, tagName)
		err := os.Remove(path)
		if content != "" {
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := c.bound(10); err == nil {
			t.Error("bounded")
		}
		if _, err := Clean(filepath.Dir(c.room)); err == nil {
			t.Error("cleaned")
		}
		if got := kept(t, c); len(got) != 1 {
			t.Errorf("left %v", got)
		}
	}
}

func TestUsage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	if use, err := Usage(dir); err != nil || use != (Use{}) {
		t.Errorf("of nothing: %+v, %v", use, err)
	}
	if use, err := Clean(dir); err != nil || use != (Use{}) {
		t.Errorf("removed from nothing: %+v, %v", use, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory: %v", err)
	}
	c := open(t, dir, unlimited)
	for i, ago := range []time.Duration{2 * time.Hour, 5 * time.Hour, time.Hour} {
		addEntry(t, c, i, 100, ago)
	}
	use, err := Usage(dir)
	if err != nil || use.Entries != 3 || use.Bytes != 300 {
		t.Errorf("%+v, %v", use, err)
	}
	if span := use.Newest.Sub(use.Oldest); span < 3*time.Hour || span > 5*time.Hour {
		t.Errorf("from %v to %v", use.Oldest, use.Newest)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Usage(file); err == nil {
		t.Error("a file was counted")
	}
}
