package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wamr-go/wamr-go/internal/junit/junittest"
	"github.com/wamr-go/wamr-go/internal/schematest"
)

// asCommand is a variable with which the test binary is the command.
const asCommand = "WAMR_GO_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"wamr-go": main})
}

// TestScript runs testdata/script. $GUESTS holds the guests; compiled code is
// cached for all scripts together.
func TestScript(t *testing.T) {
	guests, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	programs := &goGuests{dir: t.TempDir(), source: filepath.Join(guests, "go")}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			if name != "race" { // the race detector needs terabytes of address space
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return raceEnabled, nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("GUESTS", guests)
			port, err := freePort()
			if err != nil {
				return err
			}
			e.Setenv("ADDR", port)
			e.Setenv("XDG_CACHE_HOME", cache)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"dial":     cmdDial,
			"bytes":    cmdBytes,
			"append":   cmdAppend,
			"exits":    cmdExits,
			"goguest":  programs.script,
			"json":     cmdJSON,
			"junit":    cmdJUnit,
			"schema":   cmdSchema,
			"waitfile": cmdWaitFile,
			"lastline": cmdLastLine,
			"profile":  cmdProfile,
		},
	})
}

// cmdExits is `exits CODE PROGRAM [ARG…]`: the program ends with the code.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// cmdBytes is `bytes FILE HEX…`: it writes a file that is no text.
func cmdBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: bytes FILE HEX...")
	}
	data, err := hex.DecodeString(strings.Join(args[1:], ""))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o666))
}

// cmdAppend is `append FILE FROM`: it adds the size of FROM, in LEB128, and its
// bytes to FILE, as a section of a binary has them.
func cmdAppend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: append FILE FROM")
	}
	content := ts.ReadFile(args[1])
	data := binary.AppendUvarint([]byte(ts.ReadFile(args[0])), uint64(len(content)))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(data, content...), 0o666))
}

// cmdJSON is `json FILE PATH VALUE`: the value at the dotted path, as JSON, is
// VALUE. `! json FILE PATH`: there is none.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 && (!neg || len(args) != 2) {
		ts.Fatalf("usage: json FILE PATH VALUE, or ! json FILE PATH")
	}
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	value, found := at(value, args[1])
	if neg {
		if found {
			ts.Fatalf("%s is there", args[1])
		}
		return
	}
	got, err := json.Marshal(value)
	ts.Check(err)
	if !found || string(got) != args[2] {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}

// cmdSchema is `schema FILE…`: the reports are as their schemas in docs say.
func cmdSchema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: schema FILE...")
	}
	for _, file := range args {
		if err := schematest.Validate(filepath.Join(ts.Getenv("GUESTS"), "..", "docs"), []byte(ts.ReadFile(file))); err != nil {
			ts.Fatalf("%s: %v", file, err)
		}
	}
}

// cmdJUnit is `junit FILE CASE RESULT`: the case of the first suite has the result,
// "passed", "skipped" or the type of its failure.
func cmdJUnit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: junit FILE CASE RESULT")
	}
	all, err := junittest.Parse([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	result := "passed"
	switch c := all.Suites[0].Case(args[1]); {
	case c == nil:
		result = "no case"
	case c.Failure != nil:
		result = c.Failure.Type
	case c.Skipped != nil:
		result = "skipped"
	}
	if result != args[2] {
		ts.Fatalf("%s: %s, want %s", args[1], result, args[2])
	}
}

// at follows names, and list elements by number or by their "kind".
func at(value any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			inner, ok := v[name]
			if !ok {
				return nil, false
			}
			value = inner
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil {
				i = -1
				for j, e := range v {
					if m, ok := e.(map[string]any); ok && m["kind"] == name {
						i = j
						break
					}
				}
			}
			if i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// cmdWaitFile is `waitfile FILE`: it waits until the file exists.
func cmdWaitFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfile FILE")
	}
	path := ts.MkAbs(args[0])
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	ts.Fatalf("%s does not appear", args[0])
}

// cmdLastLine is `lastline TEXT`: the last line of the last standard error is
// TEXT.
func cmdLastLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lastline TEXT")
	}
	text := strings.TrimRight(ts.ReadFile("stderr"), "\n")
	if last := text[strings.LastIndexByte(text, '\n')+1:]; last != args[0] {
		ts.Fatalf("the last line is %q", last)
	}
}
