package spectest

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Folder is a part of the tests: a version of the specification, or a proposal.
type Folder struct {
	Name    string
	Scripts []string // paths of JSON files
}

// ErrNoModule means that the go command does not find wazero's module.
var ErrNoModule = errors.New("the go command does not find wazero's module")

// Folders finds the tests in wazero's module, which the go command has in its
// module cache. A folder without scripts is an error.
func Folders() ([]Folder, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoModule, err)
	}
	dir := strings.TrimSpace(string(out))
	if dir == "" { // not in this user's module cache
		return nil, ErrNoModule
	}
	root := filepath.Join(dir, "internal", "integration_test", "spectest")
	var folders []Folder
	for _, name := range []string{
		"v1", "v2", "threads", "tail-call", "extended-const", "exception-handling", "typed-function-references",
	} {
		scripts, err := filepath.Glob(filepath.Join(root, name, "testdata", "*.json"))
		if err == nil && len(scripts) == 0 {
			err = fmt.Errorf("no scripts in %s", filepath.Join(root, name))
		}
		if err != nil {
			return nil, err
		}
		folders = append(folders, Folder{name, scripts})
	}
	return folders, nil
}
