package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// documents returns the text of the documents that people wrote, by name.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/kubernetes/*.md"} {
		names, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts[filepath.ToSlash(strings.TrimPrefix(name, filepath.Join("..", "..")+string(filepath.Separator)))] = string(content)
		}
	}
	delete(texts, "CHANGELOG.md") // it tells of the past, too
	if len(texts) < 12 {
		t.Fatalf("%d documents", len(texts))
	}
	return texts
}

// typedWord is a word of a shell's line.
var typedWord = regexp.MustCompile(`(?:'[^']*'|"[^"]*"|[^\s'"])+`)

// commandsIn finds the command lines of wamr-go in a document: in blocks of code, and within its lines.
func commandsIn(text string) [][]string {
	var found [][]string
	command := regexp.MustCompile(`(?m)(?:^ *(?:\w*\$ +)?(?:nice |ExecStart=/usr/bin/)?|` + "`" + `|[|;&] |\bxargs )(?:bin/)?wamr-go((?: [^\n` + "`" + `|;&<>#)]+)+)`)
	for _, m := range command.FindAllStringSubmatch(text, -1) {
		line, _, _ := strings.Cut(m[1], "  ")
		var words []string
		for _, w := range typedWord.FindAllString(line, -1) {
			words = append(words, strings.NewReplacer("'", "", `"`, "").Replace(w))
		}
		found = append(found, words)
	}
	return found
}

// TestCommandsInDocuments: the command lines in documents have flags that exist, with values that these take.
// Values in capital letters stand for others.
func TestCommandsInDocuments(t *testing.T) {
	placeholder := regexp.MustCompile(`^[A-Z\[<$.][A-Z]*`)
	lines := 0
	for name, text := range documents(t) {
		for _, words := range commandsIn(text) {
			root, _ := newTestRoot()
			c, rest, err := root.Find(route(words))
			if err != nil || c == root || c.Name() == cobra.ShellCompRequestCmd {
				continue // prose that begins with the name
			}
			if strings.HasPrefix(strings.Join(rest, ""), "[") {
				continue // a usage line
			}
			lines++
			err = c.ParseFlags(rest)
			var invalid *pflag.InvalidValueError
			if errors.As(err, &invalid) && placeholder.MatchString(invalid.GetValue()) {
				continue
			}
			if err != nil {
				t.Errorf("%s: wamr-go %s: %v", name, strings.Join(words, " "), err)
			}
		}
	}
	if lines < 60 {
		t.Errorf("%d command lines: the documents were misread", lines)
	}
}

// TestFlagsInDocuments: a flag that a document names exists, here or in the program that the row names.
func TestFlagsInDocuments(t *testing.T) {
	known := map[string]string{ // flags of other programs
		"--strip-all": "wasm-ld", "--export": "wasm-ld", "--export-table": "wasm-ld", "--profile": "wasmtime", "--strip-debug": "wasm-ld", "--stack-first": "wasm-ld",
	}
	root, _ := newTestRoot()
	for _, c := range append(allCommands(root), root) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = "wamr-go" })
	}
	flag := regexp.MustCompile("(?m)`(--[a-z][a-z0-9-]*)(?:[ =\\[][^`\n]*)?`")
	flags := 0
	for name, text := range documents(t) {
		for _, m := range flag.FindAllStringSubmatch(text, -1) {
			flags++
			if known[m[1]] == "" {
				t.Errorf("%s: no program here has the flag %s", name, m[1])
			}
		}
	}
	if flags < 100 {
		t.Errorf("%d flags: the documents were misread", flags)
	}
}
