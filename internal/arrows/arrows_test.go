// Package arrows_test keeps the direction of the imports. The variable layers lists who may import whom.
package arrows_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	ours   = "github.com/wamr-go/wamr-go"
	wazero = "github.com/tetratelabs/wazero"
)

// listed holds the output of `go list -json` for a package.
type listed struct {
	ImportPath string
	Imports    []string // direct
	Deps       []string // transitive
}

// layer is a group of our packages: the directory dir and everything beneath it, except the packages of earlier layers.
type layer struct {
	dir string
	// ours names the layers that it may import, besides itself.
	ours []string
	// others names the packages of other modules that it may import directly. The standard library is always allowed.
	others []string
	// never names the packages that it may not reach, even through others.
	never []string
}

// In others and never, "..." at the end of a path includes the packages beneath it.
var (
	// terminal lists colour and terminal packages, which a program that only hosts WASI must not link.
	terminal = []string{"github.com/fatih/color...", "github.com/mattn/...", "golang.org/x/term..."}

	memstat = []string{"pkg/memstat", "pkg/memstat/probe", "pkg/memstat/census", "pkg/memstat/trend", "pkg/memstat/guestheap", "pkg/memstat/pprof", "pkg/memstat/report"}
	library = append([]string{"pkg/engine", "pkg/wasi"}, memstat...)

	// layers has the rooms within another layer before it. A dependency on another module is a row here.
	layers = []layer{
		{dir: "pkg/memstat/probe"},
		{dir: "pkg/memstat/census", ours: []string{"pkg/memstat", "pkg/memstat/probe"}},
		{dir: "pkg/memstat/leaktest", ours: []string{"pkg/memstat", "pkg/memstat/probe", "pkg/memstat/census"}},
		{dir: "pkg/memstat/trend", ours: []string{"pkg/memstat/probe"}},
		{dir: "pkg/memstat/guestheap", ours: []string{"pkg/memstat"}},
		{dir: "pkg/memstat/pprof", ours: []string{"pkg/memstat"}},
		{dir: "internal/junit", ours: []string{"pkg/memstat"}},
		{dir: "pkg/memstat/report", ours: append([]string{"internal/junit"}, memstat...), others: []string{"github.com/fatih/color"}},
		{dir: "pkg/memstat", never: []string{"runtime/metrics"}},
		{
			dir: "pkg/wasi", ours: []string{"pkg/memstat"},
			others: []string{wazero + "/api", wazero + "/sys", "golang.org/x/sys..."},
			never:  append([]string{wazero, "runtime/metrics"}, terminal...),
		},
		{
			dir: "pkg/engine", ours: append([]string{"pkg/wasi"}, memstat...),
			others: []string{wazero + "...", "golang.org/x/sys...", "github.com/ianlancetaylor/demangle"},
		},
		{
			dir: "cmd", ours: append([]string{"internal/junit"}, library...),
			others: []string{"github.com/fatih/color", "github.com/spf13/...", "golang.org/x/sys...", "golang.org/x/term"},
		},
		{dir: "internal", ours: library, others: []string{"github.com/santhosh-tekuri/jsonschema/v6"}}, // in schematest
	}
)

// required lists the layers that must have packages: a rule about no package would always hold.
var required = append([]string{"cmd", "pkg/memstat/leaktest"}, library...)

func TestArrows(t *testing.T) {
	if err := statSources("../.."); err != nil {
		t.Fatal(err)
	}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			packages, err := list(goos)
			if err != nil {
				t.Fatal(err)
			}
			for _, dir := range required {
				if !slices.ContainsFunc(packages, func(p listed) bool { l, ok := layerOf(p.ImportPath); return ok && l.dir == dir }) {
					t.Errorf("no package found in %s", dir)
				}
			}
			for _, v := range violations(packages) {
				t.Error(v)
			}
		})
	}
}

// TestViolations turns each arrow round once: the rules must notice.
func TestViolations(t *testing.T) {
	pkg := func(path string, imports ...string) listed {
		return listed{ImportPath: ours + "/" + path, Imports: imports, Deps: imports}
	}
	const (
		memstat = ours + "/pkg/memstat"
		color   = "github.com/fatih/color"
		isatty  = "github.com/mattn/go-isatty"
	)
	tests := []struct {
		name string
		give listed
		want []string
	}{
		{"memstat imports wasi", pkg("pkg/memstat", ours+"/pkg/wasi"), []string{"pkg/memstat imports pkg/wasi"}},
		{"memstat imports another module", pkg("pkg/memstat", wazero+"/api"), []string{"pkg/memstat imports " + wazero + "/api"}},
		{"memstat imports its own rooms", pkg("pkg/memstat", memstat+"/probe", memstat+"/report"), []string{
			"pkg/memstat imports pkg/memstat/probe",
			"pkg/memstat imports pkg/memstat/report",
		}},
		{"memstat reads the runtime's metrics", pkg("pkg/memstat", "runtime/metrics"), []string{"pkg/memstat reaches runtime/metrics"}},
		{"probe imports memstat", pkg("pkg/memstat/probe", memstat), []string{"pkg/memstat/probe imports pkg/memstat"}},
		{"trend imports report", pkg("pkg/memstat/trend", memstat+"/report"), []string{"pkg/memstat/trend imports pkg/memstat/report"}},
		{"report imports a terminal", pkg("pkg/memstat/report", "golang.org/x/term"), []string{"pkg/memstat/report imports golang.org/x/term"}},
		{"report imports engine", pkg("pkg/memstat/report", ours+"/pkg/engine"), []string{"pkg/memstat/report imports pkg/engine"}},
		{"wasi imports engine", pkg("pkg/wasi", ours+"/pkg/engine"), []string{"pkg/wasi imports pkg/engine"}},
		{"wasi imports rooms of memstat", pkg("pkg/wasi", memstat+"/probe", memstat+"/trend", memstat+"/report"), []string{
			"pkg/wasi imports pkg/memstat/probe",
			"pkg/wasi imports pkg/memstat/trend",
			"pkg/wasi imports pkg/memstat/report",
		}},
		{"wasi imports the engine's wazero", pkg("pkg/wasi", wazero), []string{
			"pkg/wasi imports " + wazero,
			"pkg/wasi reaches " + wazero,
		}},
		{"wasi reaches a terminal through memstat",
			listed{ImportPath: ours + "/pkg/wasi", Imports: []string{memstat}, Deps: []string{color, isatty, memstat}},
			[]string{"pkg/wasi reaches " + color, "pkg/wasi reaches " + isatty}},
		{"beneath wasi, engine", pkg("pkg/wasi/internal/confine", ours+"/pkg/engine"),
			[]string{"pkg/wasi/internal/confine imports pkg/engine"}},
		{"engine imports cmd", pkg("pkg/engine", ours+"/cmd/wamr-go/ui"), []string{"pkg/engine imports cmd/wamr-go/ui"}},
		{"engine imports internal", pkg("pkg/engine", ours+"/internal/x"), []string{"pkg/engine imports internal/x"}},
		{"engine imports another module", pkg("pkg/engine", color), []string{"pkg/engine imports " + color}},
		{"cmd imports wazero", pkg("cmd/wamr-go", wazero), []string{"cmd/wamr-go imports " + wazero}},
		{"in no layer", pkg("pkg/extra"), []string{"pkg/extra belongs to no layer"}},
		{"a name that only begins like a layer", pkg("pkg/wasix"), []string{"pkg/wasix belongs to no layer"}},

		{"all that memstat may", pkg("pkg/memstat", "runtime", "sync"), nil},
		{"all that probe may", pkg("pkg/memstat/probe", "runtime/metrics", "syscall"), nil},
		{"leaktest imports engine", pkg("pkg/memstat/leaktest", ours+"/pkg/engine"), []string{"pkg/memstat/leaktest imports pkg/engine"}},
		{"leaktest imports wazero", pkg("pkg/memstat/leaktest", wazero), []string{"pkg/memstat/leaktest imports " + wazero}},
		{"engine imports leaktest", pkg("pkg/engine", memstat+"/leaktest"), []string{"pkg/engine imports pkg/memstat/leaktest"}},

		{"all that leaktest may", pkg("pkg/memstat/leaktest", memstat, memstat+"/census", memstat+"/probe", "runtime"), nil},
		{"all that trend may", pkg("pkg/memstat/trend", memstat+"/probe"), nil},
		{"all that census may", pkg("pkg/memstat/census", memstat, memstat+"/probe"), nil},
		{"all that report may", pkg("pkg/memstat/report", memstat, memstat+"/probe", memstat+"/trend", color), nil},
		{"all that wasi may", pkg("pkg/wasi", "io", wazero+"/api", wazero+"/sys", "golang.org/x/sys/unix", memstat, ours+"/pkg/wasi/internal/confine"), nil},
		{"all that engine may", pkg("pkg/engine", wazero, wazero+"/experimental", ours+"/pkg/wasi", memstat, memstat+"/report"), nil},
		{"all that cmd may", pkg("cmd/wamr-go", "github.com/spf13/cobra", "golang.org/x/term", ours+"/pkg/engine", ours+"/pkg/wasi", memstat+"/report"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, violations([]listed{tt.give})); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

// violations lists the imports of our packages that turn an arrow round.
func violations(packages []listed) []string {
	var found []string
	for _, p := range packages {
		if !within(p.ImportPath, ours) {
			continue
		}
		name := short(p.ImportPath)
		l, ok := layerOf(p.ImportPath)
		if !ok {
			found = append(found, name+" belongs to no layer")
			continue
		}
		for _, i := range p.Imports {
			if !l.allows(i) {
				found = append(found, fmt.Sprintf("%s imports %s", name, short(i)))
			}
		}
		for _, d := range p.Deps {
			if l.forbids(d) {
				found = append(found, fmt.Sprintf("%s reaches %s", name, short(d)))
			}
		}
	}
	return found
}

// allows says whether a package of the layer may import path directly.
func (l layer) allows(path string) bool {
	if within(path, ours) {
		to, ok := layerOf(path)
		return ok && (to.dir == l.dir || slices.Contains(l.ours, to.dir))
	}
	return standard(path) || matches(l.others, path)
}

// forbids says whether a package of the layer may not even reach path.
func (l layer) forbids(path string) bool { return matches(l.never, path) }

func matches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		root, beneath := strings.CutSuffix(p, "...")
		return path == root || beneath && within(path, strings.TrimSuffix(root, "/"))
	})
}

// standard tells the standard library from other modules, whose paths begin with the name of a host.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// layerOf returns the first layer that holds the package.
func layerOf(path string) (layer, bool) {
	for _, l := range layers {
		if within(path, ours+"/"+l.dir) {
			return l, true
		}
	}
	return layer{}, false
}

func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func short(path string) string {
	return strings.TrimPrefix(path, ours+"/")
}

// statSources looks at each Go file. go test caches a result until a file changes that the test itself looked at; files
// that `go list` reads in its own process do not count.
func statSources(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasSuffix(path, ".go") || d.Name() == "go.mod" {
			_, err = os.Stat(path)
		}
		return err
	})
}

// list returns our packages and their dependencies, as built for goos.
func list(goos string) ([]listed, error) {
	var stdout, stderr bytes.Buffer
	c := exec.Command("go", "list", "-pgo=off", "-deps", "-json=ImportPath,Imports,Deps", ours+"/...")
	c.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0")
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.Bytes())
	}
	var packages []listed
	for d := json.NewDecoder(&stdout); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, p)
	}
}
