//go:build linux

package confine

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// FuzzAgree makes the tree that layout describes, an entry a line, and runs
// one operation by both resolvers.
func FuzzAgree(f *testing.F) {
	for i, path := range append([]string{"file", "../out/file", "/out", "l/file", "l/../x", "self/../out", "d/./../l/"}, chainPaths[:4]...) {
		f.Add("file = text\nd/\nd/e/\nl -> d/e\nself -> .\nup -> ..\na -> BASE/out", path, "d/new", uint8(i))
		f.Add("l -> l2\nl2 -> ../out/file\nd/\nd/up -> ..", path, "d/up/x", uint8(i+9))
		f.Add("l -> d/../../out\nd/\nself -> d/..\nfile |", path+"/", "l", uint8(i+17))
	}
	f.Fuzz(func(t *testing.T, lines, path, other string, which uint8) {
		if len(lines) > 400 || !utf8.ValidString(lines) || strings.ContainsAny(lines, "\x00") {
			t.Skip()
		}
		op := operations[int(which)%len(operations)]
		var reports [2]report
		before := openDescriptors(t)
		for i, r := range resolvers {
			reports[i] = fuzzOnce(t, r.Resolver, op, lines, path, other)
		}
		if reports[0] != reports[1] {
			t.Errorf("%s %q %q: %+v, walker %+v", op.name, path, other, reports[0], reports[1])
		}
		if after := openDescriptors(t); after != before+len(resolvers) { // each tree keeps one
			t.Errorf("%d descriptors, before %d", after, before)
		}
	})
}

func fuzzOnce(t *testing.T, r Resolver, op operation, lines, path, other string) report {
	tr := newTree(t)
	for line := range strings.Lines(lines) {
		// The layout itself is made confined, so that no entry lands outside.
		makeConfined(tr, strings.TrimSuffix(line, "\n"))
	}
	outside := tr.list(t, "out")
	var secretStat Attr
	must(t, unix.Stat(tr.base+"/out/file", &secretStat))

	result, ino, err := op.run(r, tr.dir, path, other)
	rep := report{Result: strings.ReplaceAll(result, tr.base, "BASE"), Inside: tr.list(t, "in"), Outside: tr.list(t, "out")}
	if err != nil {
		rep.Err = err.Error()
	}
	if ino == secretStat.Ino || rep.Outside != outside {
		t.Errorf("%s %q %q reached the outside", op.name, path, other)
	}
	return rep
}

func makeConfined(tr tree, line string) {
	r := Portable()
	if name, target, ok := strings.Cut(line, " -> "); ok {
		_ = r.Symlink(strings.ReplaceAll(target, "BASE", tr.base), tr.dir, name)
		return
	}
	if strings.HasSuffix(line, "/") {
		_ = r.Mkdir(tr.dir, line, 0o755)
		return
	}
	name, text, _ := strings.Cut(line, " = ")
	if fd, err := r.Open(tr.dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o644, true); err == nil {
		_, _ = unix.Write(fd, []byte(text))
		_ = unix.Close(fd)
	}
}
