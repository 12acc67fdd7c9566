package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// readmeFiles are the files in README's commands, each with its source in
// testdata.
var readmeFiles = map[string]string{
	"hello.wasm": "c/hello.wasm", "plugin.wasm": "c/hello.wasm", "math.wasm": "wat/arith.wasm",
	"tool.wasm": "c/cat.wasm", "cat.wasm": "c/cat.wasm", "demo.wasm": "c/demo.wasm", "leaky.wasm": "c/leaks.wasm",
	"in.txt": "demo/borrowed.txt", "data/x": "demo/borrowed.txt", "data/in.txt": "demo/borrowed.txt", "data/harbour.txt": "demo/harbour.txt",
	"demo/harbour.txt": "demo/harbour.txt",
}

// readmeCommand is a command of README, with the output that README shows.
type readmeCommand struct {
	line   string
	output []string // lines; "..." stands for any number of lines
	shown  bool     // the output, which may be empty
}

// TestReadme runs README's commands, and compares their output with README: everything
// but numbers.
func TestReadme(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no preopened directories")
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := readmeCommands(string(readme))
	if len(commands) < 12 {
		t.Fatalf("README has %d commands only: it was misread", len(commands))
	}
	prepareReadmeFiles(t)
	code := 0
	for _, c := range commands {
		if strings.HasPrefix(c.line, "echo $?") {
			if want := strconv.Itoa(code); !slices.Equal(c.output, []string{want}) {
				t.Errorf("README says that the exit code is %q, and it is %s", c.output, want)
			}
			continue
		}
		var output bytes.Buffer
		code = runReadmeCommand(t, c.line, &output)
		switch {
		case !c.shown && code != 0:
			t.Errorf("%s: exit code %d\n%s", c.line, code, &output)
		case c.shown && !shows(strings.Split(output.String(), "\n"), c.output):
			t.Errorf("%s: README shows\n%s\nand it prints\n%s", c.line, strings.Join(c.output, "\n"), &output)
		}
	}
}

// readmeCommands finds the commands in README's blocks: those after a "$" with
// their output, and lines that begin with the name of the program.
func readmeCommands(readme string) []readmeCommand {
	var commands []readmeCommand
	for i, block := range strings.Split(readme, "```") {
		if i%2 == 0 {
			continue // between blocks
		}
		language, text, _ := strings.Cut(block, "\n")
		if language != "" {
			continue
		}
		first := len(commands)
		for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
			line, _, _ = strings.Cut(line, "  #")
			switch command, prompt := strings.CutPrefix(line, "$ "); {
			case prompt:
				commands = append(commands, readmeCommand{line: command, shown: true})
			case strings.HasPrefix(line, "wamr-go "):
				commands = append(commands, readmeCommand{line: strings.TrimSpace(line)})
			case len(commands) > first:
				last := &commands[len(commands)-1]
				last.output = append(last.output, line)
			}
		}
	}
	// Output that README does not show for a prompt is not compared.
	for i := range commands {
		commands[i].shown = commands[i].shown && len(commands[i].output) > 0
	}
	_, demo, _ := strings.Cut(readme, "The report of `make demo`")
	_, demo, _ = strings.Cut(demo, "```\n")
	demo, _, _ = strings.Cut(demo, "```")
	return append(commands, readmeCommand{
		line:   "wamr-go run --dir demo::/data --cycles 1000 --mem-report demo.wasm /data",
		output: append([]string{"..."}, strings.Split(demo, "\n")...), shown: true,
	})
}

// prepareReadmeFiles makes the files, in a directory that becomes the current one.
func prepareReadmeFiles(t *testing.T) {
	t.Helper()
	guests, err := filepath.Abs(filepath.Join("..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	t.Setenv("LC_ALL", "C.UTF-8")
	for name, source := range readmeFiles {
		content, err := os.ReadFile(filepath.Join(guests, source))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// runReadmeCommand runs the command in this process.
func runReadmeCommand(t *testing.T, line string, output *bytes.Buffer) int {
	t.Helper()
	line, file, redirected := strings.Cut(line, " < ")
	var stdin bytes.Buffer
	if redirected {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stdin.Write(content)
	}
	words := strings.Fields(line)
	if words[0] != "wamr-go" {
		t.Fatalf("README has a command that the test cannot run: %s", line)
	}
	return run(words[1:], &stdin, output, output)
}

// shows reports whether a program's lines are as README shows them. Empty lines
// and numbers do not count.
func shows(got, want []string) bool {
	got, want = comparable(got), comparable(want)
	anywhere := false // before this line
	for i, line := range want {
		if line == "..." {
			anywhere = true
			continue
		}
		at := 0
		if anywhere {
			rest := want[i:]
			if end := slices.Index(rest, "..."); end >= 0 {
				rest = rest[:end]
			}
			for at < len(got) && !slices.Equal(got[at:min(at+len(rest), len(got))], rest) {
				at++
			}
		}
		if at >= len(got) || got[at] != line {
			return false
		}
		got, anywhere = got[at+1:], false
	}
	return anywhere || len(got) == 0
}

var number = regexp.MustCompile(`[0-9][0-9a-fx.,]*( [KM]?i?B\b| [nµm]?s\b)?`)

func comparable(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if line = strings.Join(strings.Fields(number.ReplaceAllString(line, "N")), " "); line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

func TestShows(t *testing.T) {
	for _, tc := range []struct {
		got, want string
		is        bool
	}{
		{"a\nb\n", "a\nb", true},
		{"a\nb\nc", "a\nb", false},
		{"a\nb\nc", "a\n...", true},
		{"a\nb\nc", "...\nc", true},
		{"a\nb\nc", "...\nb", false},
		{"a\nb\nc", "a\nc", false},
		{"a\nb\nc", "a\n...\nc", true},
		{"a\nb\nc\nb\nd", "a\n...\nb\nd", true},
		{"a 1,024 KiB\n\n  <0.0012>", "a 7 B\n<5>", true},
		{"", "a", false},
	} {
		if got := shows(strings.Split(tc.got, "\n"), strings.Split(tc.want, "\n")); got != tc.is {
			t.Errorf("%q shows %q: %v", tc.got, tc.want, got)
		}
	}
}
