// Package docs_test keeps the documents true as far as a program can: their links, the files and the names in the
// code that they mention, and the list of packages.
package docs_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// files returns the repository's files with that ending, relative to its root.
func files(t *testing.T, ending string) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || name == "dist" || name == "bin"):
			return fs.SkipDir
		case !entry.IsDir() && strings.HasSuffix(name, ending):
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 5 {
		t.Fatalf("%d files end with %s", len(found), ending)
	}
	return found
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

var (
	fence   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	span    = regexp.MustCompile("`([^`\n]+)`")
)

// prose returns a document without its blocks of code.
func prose(t *testing.T, name string) string { return fence.ReplaceAllString(read(t, name), "") }

// anchors returns the anchors that GitHub gives to the headings of a document.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		var b strings.Builder
		for _, c := range strings.ToLower(strings.TrimSpace(link.ReplaceAllString(m[1], ""))) {
			switch {
			case c == ' ':
				b.WriteByte('-')
			case c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c > 127:
				b.WriteRune(c)
			}
		}
		found[b.String()] = true
	}
	return found
}

func TestAnchors(t *testing.T) {
	got := anchors("# A title\n## `--flag NAME`: what's it?\n")
	for _, want := range []string{"a-title", "--flag-name-whats-it"} {
		if !got[want] {
			t.Errorf("no anchor %q in %v", want, got)
		}
	}
}

// TestLinks follows the links from one document to another, and to their headings.
func TestLinks(t *testing.T) {
	links := 0
	for _, name := range files(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(prose(t, name), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			links++
			file, anchor, hasAnchor := strings.Cut(m[1], "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, m[1])
			} else if hasAnchor && !anchors(prose(t, target))[anchor] {
				t.Errorf("%s: %s has no heading for the link %s", name, target, m[1])
			}
		}
	}
	if links < 30 {
		t.Errorf("%d links: the documents were misread", links)
	}
}

// TestFilesInDocuments looks for the files that documents name: those beneath a folder of the repository, and Go
// files by their name alone.
func TestFilesInDocuments(t *testing.T) {
	byName := map[string]bool{}
	for _, name := range files(t, ".go") {
		byName[path.Base(name)] = true
	}
	made := map[string]bool{"bench/results.json": true} // by make
	ours := regexp.MustCompile(`^(cmd|pkg|internal|docs|testdata|bench)/[\w./*-]+$`)
	for _, name := range files(t, ".md") {
		if name == "CHANGELOG.md" || strings.HasPrefix(name, "testdata/") {
			continue
		}
		for _, m := range span.FindAllStringSubmatch(prose(t, name), -1) {
			file := m[1]
			switch goFile := regexp.MustCompile(`^[\w*]+\.go$`).MatchString(file); {
			case made[file]:
			case ours.MatchString(file):
				if found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(file))); err != nil || len(found) == 0 {
					t.Errorf("%s: there is no %s", name, file)
				}
			case goFile && !strings.Contains(file, "*") && !byName[file]:
				t.Errorf("%s: there is no Go file %s", name, file)
			}
		}
	}
}

// TestNamesInArchitecture looks in the code for the names of types, functions and methods in docs/architecture.md.
func TestNamesInArchitecture(t *testing.T) {
	var b strings.Builder
	for _, name := range files(t, ".go") {
		b.WriteString(read(t, name))
	}
	code := map[string]bool{}
	for _, w := range regexp.MustCompile(`\w+`).FindAllString(b.String(), -1) {
		code[w] = true
	}
	names := 0
	for _, m := range span.FindAllStringSubmatch(prose(t, "docs/architecture.md"), -1) {
		if !regexp.MustCompile(`^\w+(\.\w+)*$`).MatchString(m[1]) || strings.HasSuffix(m[1], ".go") || strings.HasSuffix(m[1], ".md") {
			continue
		}
		names++
		for part := range strings.SplitSeq(m[1], ".") {
			if !code[part] {
				t.Errorf("the code has no %s", m[1])
			}
		}
	}
	if names < 60 {
		t.Errorf("%d names: the document was misread", names)
	}
}

// TestPackagesInArchitecture: docs/architecture.md has a row for each package of pkg.
func TestPackagesInArchitecture(t *testing.T) {
	text := read(t, "docs/architecture.md")
	seen := map[string]bool{}
	for _, name := range files(t, ".go") {
		dir := path.Dir(name)
		if !strings.HasPrefix(dir, "pkg/") || strings.HasSuffix(name, "_test.go") || strings.Contains(dir, "testdata") || seen[dir] {
			continue
		}
		seen[dir] = true
		if !strings.Contains(text, "\n| `"+dir+"` |") {
			t.Errorf("docs/architecture.md has no row for %s", dir)
		}
	}
}

// TestCommandFilesInArchitecture: docs/architecture.md names each file of the command, by a pattern as well.
func TestCommandFilesInArchitecture(t *testing.T) {
	var patterns []string
	for _, m := range span.FindAllStringSubmatch(prose(t, "docs/architecture.md"), -1) {
		patterns = append(patterns, m[1])
	}
	for _, name := range files(t, ".go") {
		base := path.Base(name)
		if path.Dir(name) != "cmd/wamr-go" || strings.HasSuffix(base, "_test.go") {
			continue
		}
		if !slices.ContainsFunc(patterns, func(p string) bool { matched, err := path.Match(p, base); return err == nil && matched }) {
			t.Errorf("docs/architecture.md does not name cmd/wamr-go/%s", base)
		}
	}
}
