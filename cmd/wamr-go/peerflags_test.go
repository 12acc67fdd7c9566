package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// TestPeerFlags: flags of other programs, as their users type them.
func TestPeerFlags(t *testing.T) {
	for _, tc := range []struct{ line, flag, hint string }{ // the flag as the message shows it, and a part of the hint
		{"--volume .:/data", "--volume", "--dir HOST::GUEST"},
		{"--volume=.:/data", "--volume", "--dir HOST::GUEST"},
		{"--mount .:/data", "--mount", "--dir HOST::GUEST"},
		{"-mount=.:/data", "-mount", "--dir HOST::GUEST"},
		{"-env A=1", "-env", "did you mean --env?"},
		{"-env=A=1", "-env", "did you mean --env?"},
		{"-env-inherit", "-env-inherit", "--inherit-env"},
		{"-timeout=5s", "-timeout", "did you mean --timeout?"},
		{"-hostlogging=all", "-hostlogging", "--trace"},
		{"-hostlogging all", "-hostlogging", "--trace"},
		{"--hostlogging=all", "--hostlogging", "--trace"},
		{"-S inherit-env", "-S", "--inherit-env"},
		{"-Sinherit-env=y", "-Sinherit-env", "--inherit-env"},
		{"--wasi inherit-env", "--wasi", "--inherit-env"},
		{"--wasi=tcplisten=127.0.0.1:0", "--wasi", "--tcplisten"},
		{"-S http", "-S", "flags of their own"},
		{"-W fuel=100", "-W", "--fuel N"},
		{"-Wfuel=100", "-Wfuel", "--fuel N"},
		{"-W unknown-imports-trap", "-W", "--unknown-imports=trap"},
		{"-W max-memory-size=1000", "-W", "--max-memory SIZE"},
		{"--wasm max-memory-size=1000", "--wasm", "--max-memory SIZE"},
		{"--wasm=max-memory-size=1000", "--wasm", "--max-memory SIZE"},
		{"-W", "-W", "flags of their own"},
		{"-C cache=n", "-C", "--no-cache"},
		{"-O opt-level=2", "-O", "do not exist here"},
		{"-D debug-info", "-D", "--trace"},
		{"-V", "-V", "wamr-go version"},
		{"--profile=guest", "--profile", "--cpu-profile FILE"},
		{"--cpuprofile p", "--cpuprofile", "--cpu-profile FILE"},
		{"--tool=memcheck", "--tool", "--leak-check"},
		{"--tool massif", "--tool", "--leak-check --mem-report"},
		{"--tool=helgrind", "--tool", "are flags here"},
		{"--show-reachable=yes", "--show-reachable", "--show-leak-kinds all"},
		{"--log-file=x", "--log-file", "--mem-report=text:FILE"},
		{"--xml=yes", "--xml", "--mem-report=junit:FILE"},
		{"--track-fds=yes", "--track-fds", "--mem-report"},
		{"--track-origins=yes", "--track-origins", "not supported here"},
		{"--leak-check=full --show-reachable=yes", "--show-reachable", "--show-leak-kinds all"},
		{"--stack-size=65536", "--stack-size", "not supported here"},
		{"--heap-size=65536", "--heap-size", "--max-memory"},
		{"--addr-pool=1.2.3.4/15", "--addr-pool", "--tcplisten"},
		{"--function add", "--function", "-f NAME"},
		{"--func add", "--func", "-f NAME"},
		{"--mapdir /:.", "--mapdir", "--map-dir GUEST::HOST"},
		{"--env-file x", "--env-file", "--env NAME=VALUE"},
		{"-d .", "-d", "did you mean --dir?"},
		{"-e A=1", "-e", "did you mean --env?"},
		{"-i", "-i", "wamr-go help run"},
		{"-verbose", "-verbose", "did you mean --verbose?"},
		{"-qZ", "-qZ", "wamr-go help run"},
	} {
		var out, messages bytes.Buffer
		code := run(append(strings.Fields(tc.line), "m.wasm"), nil, &out, &messages)
		problem, hint, _ := strings.Cut(messages.String(), "\n")
		if code != exitUsage || problem != "error: unknown flag "+tc.flag || !strings.HasPrefix(hint, "hint: ") || !strings.Contains(hint, tc.hint) {
			t.Errorf("%s: exit code %d\n%s\nwant flag %s and hint %s", tc.line, code, &messages, tc.flag, tc.hint)
		}
	}
}

// TestPeerValues: values of other programs for flags of ours.
func TestPeerValues(t *testing.T) {
	for _, row := range peerValues {
		var out, messages bytes.Buffer
		code := run([]string{"--" + row.name + "=" + row.value, "m.wasm"}, nil, &out, &messages)
		if code != exitUsage || !strings.HasSuffix(messages.String(), "\nhint: "+row.hint+"\n") {
			t.Errorf("--%s=%s: exit code %d\n%s", row.name, row.value, code, &messages)
		}
	}
}

// TestPeerHints: a hint names flags that exist here, and a row one that does not.
func TestPeerHints(t *testing.T) {
	root, _ := newTestRoot()
	command, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	exists := func(word string) bool {
		name := strings.TrimLeft(word, "-")
		return command.Flags().Lookup(name) != nil || len(name) == 1 && command.Flags().ShorthandLookup(name) != nil
	}
	flag := regexp.MustCompile(`(?:^|\s)(--?[a-z][a-z0-9-]*)`)
	seen := map[string]bool{}
	for _, row := range peerFlags {
		if seen[row.name] || exists(row.name) {
			t.Errorf("%s has a row already, or is a flag of ours", row.name)
		}
		seen[row.name] = true
		for _, m := range flag.FindAllStringSubmatch(row.hint, -1) {
			if !exists(m[1]) {
				t.Errorf("%s: the hint names %s", row.name, m[1])
			}
		}
	}
	for _, g := range optionGroups {
		if !seen[g.letter] {
			t.Errorf("-%s has no row of its own", g.letter)
		}
	}
}
