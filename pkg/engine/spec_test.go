package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/spectest"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// specMode is a way in which the engine runs modules. All must give the results
// of plain wazero.
type specMode struct {
	name    string
	config  Config
	cached  bool
	rewrite func([]byte) []byte // of each binary, before the engine sees it; nil for none
}

var specModes = []specMode{
	{name: "compiled", config: Config{NoImage: true}},
	{name: "images"},
	{name: "cached", cached: true},
	{name: "interruptible", config: Config{Interruptible: true}},
	{name: "fuel", config: Config{CountInstructions: true}},
	{name: "interpreted", config: Config{Interpreter: true}},
	{name: "interpreted, fuel", config: Config{Interpreter: true, CountInstructions: true}},
}

// specFeatures are features that the engine does not enable, except for the
// tests of a folder, so that they can run: everything around the code is ready
// for them.
var specFeatures = map[string]api.CoreFeatures{
	"exception-handling":        experimental.CoreFeaturesExceptionHandling | experimental.CoreFeaturesTypedFunctionReferences,
	"typed-function-references": experimental.CoreFeaturesTypedFunctionReferences,
}

// set returns the engine of a mode for a script of that folder.
func (m *specMode) set(folder, dir string) (*specSet, error) {
	cfg := m.config
	if m.cached {
		var err error
		if cfg.CacheDir, err = os.MkdirTemp(dir, m.name); err != nil {
			return nil, err
		}
	}
	return newSpecSet(cfg, specFeatures[folder], m.rewrite)
}

// oracle returns plain wazero as the mode's runtime configures it.
func oracle(r *Runtime) spectest.Engine {
	c := wazero.NewRuntimeConfigCompiler()
	if !r.compiles {
		c = wazero.NewRuntimeConfigInterpreter()
	}
	return spectest.NewWazero(c.WithCoreFeatures(r.features).
		WithMemoryLimitPages(uint32(r.memoryLimit() / pageSize)))
}

// runSpec runs one script on plain wazero and in each mode.
func runSpec(t *specTally, folder, path, dir string, host []byte, modes []specMode) error {
	s, err := spectest.Load(path)
	if err != nil {
		return err
	}
	plain := map[bool][]spectest.Result{} // by compiled
	for _, m := range modes {
		set, err := m.set(folder, dir)
		if err != nil {
			return err
		}
		compiled := set.runtime.compiles
		if plain[compiled] == nil {
			e := oracle(set.runtime)
			plain[compiled], err = s.Run(e, host)
			if err = errors.Join(err, e.Close()); err != nil {
				return errors.Join(err, set.Close())
			}
		}
		ours, err := s.Run(set, host)
		if err = errors.Join(err, set.Close()); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		t.compare(s, m.name, plain[compiled], ours)
		t.images += set.images()
	}
	for _, compiled := range []bool{true, false} {
		if plain[compiled] == nil { // this system compiles nothing, or only one engine was asked for
			plain[compiled] = plain[!compiled]
		}
	}
	t.add(s, folder, plain)
	return nil
}

// specFolders returns the tests. Where a test program runs without the go
// command it skips the test; make spectest fails then.
func specFolders(t *testing.T) []spectest.Folder {
	t.Helper()
	folders, err := spectest.Folders()
	if errors.Is(err, spectest.ErrNoModule) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

// specHost returns the module that all scripts import from.
func specHost(t *testing.T) []byte {
	t.Helper()
	host, err := os.ReadFile("../../testdata/wat/spectest.wasm")
	if err != nil {
		t.Fatal(err)
	}
	return host
}

// TestSpec runs the specification's tests through the engine, in each mode, and
// compares every command with plain wazero. testdata/spectest.txt lists the
// commands that plain wazero fails, and docs/spectest.md has the counts.
//
// With the race detector, or -short, only a part is run.
func TestSpec(t *testing.T) {
	folders := specFolders(t)
	whole := !testing.Short() && !RaceEnabled
	if !whole {
		folders = somePart(folders)
	}
	tallies := runSpecs(t, folders)
	var failed []string
	for i, f := range folders {
		for _, d := range tallies[i].differences {
			t.Error(d)
		}
		if tallies[i].commands == 0 {
			t.Errorf("%s: no commands", f.Name)
		}
		failed = append(failed, tallies[i].failed...)
	}
	if tallies[1].images == 0 && runtime.GOOS == "linux" { // of version 2.0, whose first script has some
		t.Error("no module had an image")
	}
	if whole {
		checkRecord(t, failed)
		checkTable(t, specTable(folders, tallies))
	}
}

// somePart leaves one of ten scripts, and at least the first of each folder.
func somePart(folders []spectest.Folder) []spectest.Folder {
	for i, f := range folders {
		var scripts []string
		for j := 0; j < len(f.Scripts); j += 10 {
			scripts = append(scripts, f.Scripts[j])
		}
		folders[i].Scripts = scripts
	}
	return folders
}

// runSpecs runs all scripts, as many at a time as there are processors.
func runSpecs(t *testing.T, folders []spectest.Folder) []specTally {
	t.Helper()
	host, dir := specHost(t), t.TempDir()
	tallies := make([]specTally, len(folders))
	var mu sync.Mutex // guards tallies
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, f := range folders {
		for _, path := range f.Scripts {
			free <- struct{}{}
			wg.Go(func() {
				defer func() { <-free }()
				var one specTally
				if err := runSpec(&one, f.Name, path, dir, host, specModes); err != nil {
					t.Errorf("%s: %v", path, err)
				}
				mu.Lock()
				defer mu.Unlock()
				tallies[i].merge(one)
			})
		}
	}
	wg.Wait()
	return tallies
}

// TestSpecNotices changes each module so that its functions trap: the comparison
// must notice.
func TestSpecNotices(t *testing.T) {
	folders := specFolders(t)
	trapping := specMode{name: "trapping", rewrite: func(binary []byte) []byte {
		m, err := wasmbin.Parse(binary)
		if err != nil {
			return binary
		}
		return codecache.Stub(m, codecache.Key{}, m.Functions)
	}}
	i := slices.IndexFunc(folders, func(f spectest.Folder) bool { return f.Name == "tail-call" })
	var tally specTally
	for _, path := range folders[i].Scripts {
		if err := runSpec(&tally, "", path, t.TempDir(), specHost(t), []specMode{trapping}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if tally.commands == 0 || len(tally.differences) < tally.commands/2 {
		t.Errorf("%d differences in %d commands", len(tally.differences), tally.commands)
	}
}
