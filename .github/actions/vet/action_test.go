// Package vet_test checks the action: its fields, and its scripts with a
// program in place of wamr-go. It is a module of its own, for the YAML parser.
package vet_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// action has the fields of a composite action, as far as they are used here.
type action struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Inputs      map[string]input `json:"inputs"`
	Outputs     map[string]struct {
		Description string `json:"description"`
		Value       string `json:"value"`
	} `json:"outputs"`
	Runs struct {
		Using string `json:"using"`
		Steps []step `json:"steps"`
	} `json:"runs"`
}

type input struct {
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Default     string `json:"default"`
}

type step struct {
	Name  string            `json:"name"`
	ID    string            `json:"id"`
	If    string            `json:"if"`
	Uses  string            `json:"uses"`
	With  map[string]any    `json:"with"`
	Shell string            `json:"shell"`
	Env   map[string]string `json:"env"`
	Run   string            `json:"run"`
}

func load(t *testing.T) *action {
	t.Helper()
	text, err := os.ReadFile("action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.UnmarshalStrict(text, &a); err != nil {
		t.Fatal(err)
	}
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("using %q, %d steps", a.Runs.Using, len(a.Runs.Steps))
	}
	for _, name := range regexp.MustCompile(`inputs\.([-a-z]+)`).FindAllStringSubmatch(string(text), -1) {
		if _, ok := a.Inputs[name[1]]; !ok {
			t.Errorf("there is no input %s", name[1])
		}
	}
	return &a
}

func TestSteps(t *testing.T) {
	ids := map[string]bool{}
	for _, s := range load(t).Runs.Steps {
		ids[s.ID] = true
		switch {
		case (s.Uses == "") == (s.Run == ""):
			t.Errorf("%q both uses and runs, or neither", s.Name)
		case s.Run != "" && s.Shell != "bash":
			t.Errorf("%q needs a shell", s.Name)
		case strings.Contains(s.Run, "${{"):
			t.Errorf("%q has an expression in its script: an input could be code", s.Name)
		case s.Uses != "" && !regexp.MustCompile(`^actions/[-a-z]+@v\d+$`).MatchString(s.Uses):
			t.Errorf("%q uses %s", s.Name, s.Uses)
		}
	}
	if !ids["vet"] {
		t.Error("the outputs name a step vet")
	}
}

// TestVetStep runs the script as the runner does, with `bash -e -o pipefail`.
func TestVetStep(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	var script string
	for _, s := range load(t).Runs.Steps {
		if s.ID == "vet" {
			script = s.Run
		}
	}
	for _, code := range []string{"0", "99"} {
		dir := t.TempDir()
		const program = "#!/bin/sh\nprintf '<%s>' \"$@\" | tee args\ncat > paths\nexit $CODE\n"
		if err := os.WriteFile(filepath.Join(dir, "wamr-go"), []byte(program), 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CODE="+code, "PATH="+dir+":"+os.Getenv("PATH"), "RUNNER_TEMP="+dir,
			"GITHUB_OUTPUT="+filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary"),
			"PATHS=a b.wasm\n$(touch hacked)", "FLAGS=--cycles=5\n\n--dir=x y\n", "REPORT_FILE=r.json")
		out, err := cmd.CombinedOutput()
		got := "0"
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			got = map[int]string{99: "99"}[exit.ExitCode()]
		}
		if got != code {
			t.Errorf("exit code %q, want %s\n%s", got, code, out)
		}
		for file, want := range map[string]string{
			"args": "<vet><--report-file><r.json><--cycles=5><--dir=x y><->", "paths": "a b.wasm\n$(touch hacked)\n",
			"output": "exit-code=" + code + "\n",
		} {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil || string(text) != want {
				t.Errorf("%s: %q, %v, want %q", file, text, err, want)
			}
		}
		summary, err := os.ReadFile(filepath.Join(dir, "summary"))
		if err != nil || !strings.HasPrefix(string(summary), "```\n<vet>") || !strings.HasSuffix(string(summary), "```\n") {
			t.Errorf("summary: %q, %v", summary, err)
		}
	}
}
