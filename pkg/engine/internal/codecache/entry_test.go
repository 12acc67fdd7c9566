package codecache

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// region is a part of an entry.
type region struct {
	name     string
	from, to int
}

// regions divides an entry into the parts that wazero 1.12.0 and seal write.
func regions(t *testing.T, content []byte) []region {
	t.Helper()
	var all []region
	at := 0
	add := func(name string, size int) []byte {
		if size < 0 || at+size > len(content) {
			t.Fatalf("%s: %d bytes at %d of %d", name, size, at, len(content))
		}
		all = append(all, region{name, at, at + size})
		at += size
		return content[at-size : at]
	}
	u32 := func(name string) int { return int(binary.LittleEndian.Uint32(add(name, 4))) }
	u64 := func(name string) int { return int(binary.LittleEndian.Uint64(add(name, 8))) }
	if magic := add("magic", 6); string(magic) != "WAZEVO" {
		t.Fatalf("magic %q", magic)
	}
	add("version", int(add("length of the version", 1)[0]))
	add("function offsets", 8*u32("number of functions"))
	add("code", u64("length of the code"))
	add("checksum of the code", 4)
	if add("is there a source map", 1)[0] == 1 {
		add("source map", 16*u64("length of the source map"))
	}
	if n := u32("number of catch tables"); n != 0 {
		t.Fatalf("%d catch tables", n)
	}
	add("trailer's magic", len(trailerMagic))
	add("trailer's key", len(Key{}))
	add("trailer's length", 8)
	add("trailer's checksum", 4)
	if at != len(content) {
		t.Fatalf("the parts end at %d of %d", at, len(content))
	}
	return all
}

// TestDamage changes an entry in each of its parts. Each change must be found
// before wazero reads the entry.
func TestDamage(t *testing.T) {
	p := returning(t, 42)
	c := open(t, t.TempDir(), unlimited)
	if err := p.put(t, c); err != nil {
		t.Fatal(err)
	}
	path := onlyPath(t, c)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(b []byte)) []byte {
		b := bytes.Clone(good)
		change(b)
		return b
	}
	type damage struct {
		name    string
		content []byte
	}
	all := []damage{
		{"empty", nil},
		{"without the trailer", good[:len(good)-trailerSize]},
		{"without the last byte", good[:len(good)-1]},
		{"the trailer alone", good[len(good)-trailerSize:]},
		{"a byte more", append(bytes.Clone(good), 0)},
		{"zeros", make([]byte, len(good))},
		{"zeros at the end", changed(func(b []byte) { clear(b[len(b)/2:]) })},
		{"a byte lost", append(bytes.Clone(good[:20]), good[21:]...)},
	}
	for _, r := range regions(t, good) {
		for _, at := range []int{r.from, (r.from + r.to) / 2, r.to - 1} {
			for bit := range 8 {
				if r.from < r.to {
					all = append(all, damage{r.name, changed(func(b []byte) { b[at] ^= 1 << bit })})
				}
			}
		}
	}
	for _, d := range all {
		if err := os.WriteFile(path, d.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := p.get(t, c); found || !errors.Is(err, errDamaged) {
			t.Errorf("%s: found %v, error %v", d.name, found, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the entry is still there: %v", d.name, err)
		}
	}
	if err := p.put(t, c); err != nil {
		t.Fatal(err)
	}
	if found, err := p.get(t, c); !found || err != nil {
		t.Errorf("healed: found %v, %v", found, err)
	}
}

// TestSourceMap changes the parts that an entry with debug information has
// beside.
func TestSourceMap(t *testing.T) {
	lines, err := os.ReadFile("../../../../testdata/c/lines.wasm")
	if err != nil {
		t.Fatal(err)
	}
	p := newProgram(t, lines, 0)
	c := open(t, t.TempDir(), unlimited)
	if err := p.keep(t, c); err != nil {
		t.Fatal(err)
	}
	path := onlyPath(t, c)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range regions(t, good) {
		if !strings.Contains(r.name, "source map") {
			continue
		}
		found = found || r.name == "source map"
		bad := bytes.Clone(good)
		bad[r.from] ^= 4
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := verify(path, p.key); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", r.name, err)
		}
	}
	if !found {
		t.Error("no source map")
	}
}

// keep compiles a program that needs a host, and does not run it.
func (p program) keep(t *testing.T, c *Cache) error {
	t.Helper()
	code, unkept, err := Put(t.Context(), c, p.key, p.stub, p.binary, compileWazero)
	if err != nil {
		t.Fatal(err)
	}
	return errors.Join(unkept, code.Close(t.Context()))
}

// TestOtherEntry has the entry of one module in another's place.
func TestOtherEntry(t *testing.T) {
	one, two := returning(t, 1), returning(t, 2)
	c := open(t, t.TempDir(), unlimited)
	if err := one.put(t, c); err != nil {
		t.Fatal(err)
	}
	oneEntry, err := os.ReadFile(onlyPath(t, c))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Clean(filepath.Dir(c.room)); err != nil {
		t.Fatal(err)
	}
	if err := two.put(t, c); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(onlyPath(t, c), oneEntry, 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := two.get(t, c); found || !errors.Is(err, errDamaged) {
		t.Errorf("found %v, error %v", found, err)
	}
}

// TestNotAFile has something else in an entry's place.
func TestNotAFile(t *testing.T) {
	p := returning(t, 1)
	for _, tc := range []struct {
		name    string
		replace func(entry, aside string) error
		stays   bool // cannot be removed
	}{
		{"link", func(entry, aside string) error { return os.Symlink(aside, entry) }, false},
		{"dangling link", func(entry, _ string) error { return os.Symlink("nowhere", entry) }, false},
		{"directory", func(entry, _ string) error { return os.Mkdir(entry, 0o700) }, false},
		{"directory with a file", func(entry, _ string) error {
			return errors.Join(os.Mkdir(entry, 0o700), os.WriteFile(filepath.Join(entry, "x"), nil, 0o600))
		}, true},
	} {
		c := open(t, t.TempDir(), unlimited)
		if err := p.put(t, c); err != nil {
			t.Fatal(err)
		}
		path, aside := onlyPath(t, c), filepath.Join(t.TempDir(), "entry")
		if err := errors.Join(os.Rename(path, aside), tc.replace(path, aside)); err != nil {
			t.Fatal(err)
		}
		if found, err := p.get(t, c); found || err == nil {
			t.Errorf("%s: found %v, error %v", tc.name, found, err)
		}
		if err := p.put(t, c); (err != nil) != tc.stays {
			t.Errorf("%s: kept again: %v", tc.name, err)
		}
		if found, _ := p.get(t, c); found == tc.stays {
			t.Errorf("%s: found %v after it was kept again", tc.name, found)
		}
		if _, err := os.Stat(aside); err != nil {
			t.Errorf("%s: the target of the link: %v", tc.name, err)
		}
	}
}
