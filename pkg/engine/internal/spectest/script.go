package spectest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Script is one file of the specification's tests.
type Script struct {
	Name     string // the path of the JSON file, beneath its folder, without the suffix
	Commands []Command

	dir string // of the modules' binaries
}

// Command is one command of a script, in the encoding of wast2json.
type Command struct {
	Type       string  `json:"type"` // "module", "register", "action" or "assert_…"
	Line       int     `json:"line"` // in the .wast file
	Name       string  `json:"name"` // of a module: "$M"; "" for the one instantiated last
	As         string  `json:"as"`   // the name that register gives
	File       string  `json:"filename"`
	ModuleType string  `json:"module_type"` // "binary", "text" or ""
	Action     Action  `json:"action"`
	Expected   []Value `json:"expected"` // of assert_return
	Text       string  `json:"text"`     // of an assertion: the reference interpreter's message
}

// Action calls an export, or reads a global.
type Action struct {
	Type   string  `json:"type"`   // "invoke" or "get"
	Module string  `json:"module"` // "$M"; "" for the module instantiated last
	Field  string  `json:"field"`  // name of the export
	Args   []Value `json:"args"`
}

// Load reads a script from a JSON file.
func Load(path string) (*Script, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &Script{dir: filepath.Dir(path)}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(s.Commands) == 0 {
		return nil, fmt.Errorf("%s: no commands", path)
	}
	s.Name = filepath.Base(path[:len(path)-len(filepath.Ext(path))])
	return s, nil
}

// isText reports whether a command is about the text format, which engines do
// not read.
func (c *Command) isText() bool { return c.ModuleType == "text" }

// binary reads the module that a command names.
func (s *Script) binary(c *Command) ([]byte, error) {
	return os.ReadFile(filepath.Join(s.dir, c.File))
}
