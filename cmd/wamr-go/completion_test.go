package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestScriptsTellTheLine: cobra's scripts have the texts that are edited.
func TestScriptsTellTheLine(t *testing.T) {
	for _, e := range scriptEdits {
		var out, messages bytes.Buffer
		if code := run([]string{"completion", e.shell}, nil, &out, &messages); code != 0 {
			t.Fatalf("%s: %d, %s", e.shell, code, &messages)
		}
		if n := strings.Count(out.String(), e.withLine); n != 1 {
			t.Errorf("%s: the line is told %d times", e.shell, n)
		}
	}
}

func TestExportsOnLine(t *testing.T) {
	t.Chdir(filepath.Join("..", "..", "testdata", "wat"))
	for _, tc := range []struct{ line, typed, want string }{
		{"wamr-go -f  arith.wasm 1 2", "add", "add add_i32 add_i64 add_f32 add_f64"},
		{"wamr-go -f  'arith.wasm' 1 2", "s", "swap sum"},
		{"wamr-go -f  arith.wasm reactor.wasm", "get", ""},
		{"wamr-go -f  reactor.wasm arith.wasm", "get", "get"},
		{"wamr-go -f  arith.wat", "", ""},
		{"wamr-go -f  . missing.wasm", "", ""},
		{"wamr-go -f ", "", ""},
		{"", "", ""},
	} {
		got := exportsOnLine(tc.line, tc.typed)
		want := strings.Fields(tc.want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q, %q: %q, want %q", tc.line, tc.typed, got, want)
		}
	}
}

// TestBashCompletes loads the script into bash, and completes as a user does.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	dir := t.TempDir()
	var script, messages bytes.Buffer
	if code := run([]string{"completion", "bash"}, nil, &script, &messages); code != 0 {
		t.Fatal(&messages)
	}
	module, err := filepath.Abs(filepath.Join("..", "..", "testdata", "wat", "arith.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	// The test binary is the program: see TestMain.
	program := filepath.Join(dir, "wamr-go")
	if err := os.Symlink(os.Args[0], program); err != nil {
		t.Skip("no symbolic links")
	}
	for _, name := range []string{"complex.wasm", "x.wasm", "run.json", "rest.txt", "text.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	// A minimal bash-completion package.
	const frame = `
_get_comp_words_by_ref() { cur=${COMP_WORDS[COMP_CWORD]}; prev=${COMP_WORDS[COMP_CWORD-1]}; words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
_filedir() {
	case ${1-} in
	-d) COMPREPLY+=($(compgen -d -- "$cur")) ;;
	'') COMPREPLY+=($(compgen -f -- "$cur")) ;;
	*) COMPREPLY+=($(compgen -f -X "!*.@(${1%|})" -- "$cur")) ;;
	esac
}
complete_line() { # the words up to the cursor, then those behind it
	COMP_WORDS=($1 "$2"); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); COMP_LINE="$1 $2 $3"; COMP_POINT=0; COMP_TYPE=9; COMP_KEY=9
	COMPREPLY=(); __start_wamr-go 2>/dev/null; echo "${COMPREPLY[@]}"
}
`
	for _, tc := range []struct{ before, typed, behind, want string }{
		{"wamr-go -f", "add_i", module + " 1 2", "add_i32 add_i64"},
		{"wamr-go -f", "sw", module, "swap"},
		{"wamr-go --target", "", "", "esp32s3"},
		{"wamr-go", "vers", "", "version"},
		{"wamr-go", "c", "", "cache compile completion complex.wasm"},
		{"wamr-go", "x", "", "x.wasm"},
		{"wamr-go run", "c", "", "complex.wasm"},
		{"wamr-go --dir", "s", "", "sub"},
		{"wamr-go --cycles", "", "", ""},
		{"wamr-go report", "", "", "diff merge show"},
		{"wamr-go report show --format", "h", "", "html"},
		{"wamr-go report show", "r", "", "run.json"},
		{"wamr-go report show run.json", "r", "", ""},
		{"wamr-go report diff run.json", "r", "", "run.json"},
		{"wamr-go report diff --fail-on-growth 1 --include", "p", "", "process"},
	} {
		line := script.String() + frame + "complete_line '" + tc.before + "' '" + tc.typed + "' '" + tc.behind + "'\n"
		cmd := exec.Command(bash, "--norc", "-O", "extglob", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		got := strings.Fields(string(out))
		for i, word := range got { // without descriptions
			got[i], _, _ = strings.Cut(word, "\t")
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, strings.Fields(tc.want)) {
			t.Errorf("%s %s| %s: %q, %v; want %s", tc.before, tc.typed, tc.behind, got, err, tc.want)
		}
	}
}
