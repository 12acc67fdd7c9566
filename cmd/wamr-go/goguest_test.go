package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// goGuests builds Go programs for wasip1, each once for all scripts.
type goGuests struct {
	dir    string // for the built modules
	source string // directory of the programs

	mu    sync.Mutex
	built map[string]error
}

// build returns the path of the module.
func (g *goGuests) build(name string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	module := filepath.Join(g.dir, name+".wasm")
	if err, done := g.built[name]; done {
		return module, err
	}
	build := exec.Command("go", "build", "-o", module, ".")
	build.Dir = filepath.Join(g.source, name)
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	err := build.Run()
	if g.built == nil {
		g.built = make(map[string]error)
	}
	g.built[name] = err
	return module, err
}

// script is `goguest NAME`: it builds testdata/go/NAME and makes it NAME.wasm
// in the script's directory.
func (g *goGuests) script(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: goguest NAME")
	}
	module, err := g.build(args[0])
	ts.Check(err)
	ts.Check(os.Symlink(module, ts.MkAbs(args[0]+".wasm")))
}
