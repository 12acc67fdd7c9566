// Package arrows_test keeps the direction of the imports: cmd → engine, wasi, memstat; engine → wasi, memstat, wazero;
// wasi → memstat and wazero's api; memstat → nothing of ours.
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

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Imports    []string // direct
	Deps       []string // transitive
}

// layer is a group of our packages, the directory dir and everything beneath it.
type layer struct {
	dir string
	// may names the layers that it may import beside itself.
	may []string
	// wazero names wazero's packages that it may import directly; "..." means all.
	wazero []string
	// never names what it may not reach even through others; "..." at the end means the packages beneath as well.
	never []string
}

var layers = []layer{
	{dir: "pkg/memstat", never: []string{wazero + "..."}},
	{dir: "pkg/wasi", may: []string{"pkg/memstat"}, wazero: []string{wazero + "/api", wazero + "/sys"}, never: []string{wazero}},
	{dir: "pkg/engine", may: []string{"pkg/wasi", "pkg/memstat"}, wazero: []string{"..."}},
	{dir: "cmd", may: []string{"pkg/engine", "pkg/wasi", "pkg/memstat"}},
	{dir: "internal", may: []string{"pkg/engine", "pkg/wasi", "pkg/memstat"}},
}

// required are the layers that must have packages: a rule over nothing would hold for ever.
var required = []string{"pkg/memstat", "pkg/wasi", "pkg/engine", "cmd"}

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
				if !slices.ContainsFunc(packages, func(p listed) bool { return within(p.ImportPath, ours+"/"+dir) }) {
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
		return listed{ImportPath: path, Imports: imports, Deps: imports}
	}
	tests := []struct {
		name string
		give listed
		want []string
	}{
		{"memstat imports wasi", pkg(ours+"/pkg/memstat", ours+"/pkg/wasi"), []string{"pkg/memstat imports pkg/wasi"}},
		{"memstat imports wazero", pkg(ours+"/pkg/memstat", wazero+"/api"), []string{
			"pkg/memstat imports " + wazero + "/api",
			"pkg/memstat reaches " + wazero + "/api",
		}},
		{"memstat reaches wazero through another module",
			listed{ImportPath: ours + "/pkg/memstat", Imports: []string{"example.org/x"}, Deps: []string{"example.org/x", wazero}},
			[]string{"pkg/memstat reaches " + wazero}},
		{"wasi imports engine", pkg(ours+"/pkg/wasi", ours+"/pkg/engine"), []string{"pkg/wasi imports pkg/engine"}},
		{"wasi imports the runtime", pkg(ours+"/pkg/wasi", wazero), []string{
			"pkg/wasi imports " + wazero,
			"pkg/wasi reaches " + wazero,
		}},
		{"beneath wasi, engine", pkg(ours+"/pkg/wasi/internal/confine", ours+"/pkg/engine"),
			[]string{"pkg/wasi/internal/confine imports pkg/engine"}},
		{"engine imports cmd", pkg(ours+"/pkg/engine", ours+"/cmd/wamr-go/ui"), []string{"pkg/engine imports cmd/wamr-go/ui"}},
		{"engine imports internal", pkg(ours+"/pkg/engine", ours+"/internal/x"), []string{"pkg/engine imports internal/x"}},
		{"cmd imports wazero", pkg(ours+"/cmd/wamr-go", wazero), []string{"cmd/wamr-go imports " + wazero}},
		{"in no layer", pkg(ours + "/pkg/extra"), []string{"pkg/extra belongs to no layer"}},
		{"a name that only begins like a layer", pkg(ours + "/pkg/wasix"), []string{"pkg/wasix belongs to no layer"}},
		{"all that wasi may", pkg(ours+"/pkg/wasi", "io", wazero+"/api", wazero+"/sys", ours+"/pkg/memstat", ours+"/pkg/wasi/internal/confine"), nil},
		{"all that engine may", pkg(ours+"/pkg/engine", wazero, wazero+"/experimental", ours+"/pkg/wasi", ours+"/pkg/memstat"), nil},
		{"all that cmd may", pkg(ours+"/cmd/wamr-go", ours+"/pkg/engine", ours+"/pkg/wasi", ours+"/pkg/memstat"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, violations([]listed{tt.give})); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

// violations names every import of our packages that turns an arrow round.
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

func (l layer) allows(path string) bool {
	switch {
	case within(path, ours):
		to, ok := layerOf(path)
		return ok && (to.dir == l.dir || slices.Contains(l.may, to.dir))
	case within(path, wazero):
		return slices.Contains(l.wazero, "...") || slices.Contains(l.wazero, path)
	default:
		return true
	}
}

func (l layer) forbids(path string) bool {
	return slices.ContainsFunc(l.never, func(n string) bool {
		root, all := strings.CutSuffix(n, "...")
		return path == root || all && within(path, root)
	})
}

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

// statSources looks at each Go file. go test keeps results until a file that the test itself looked at changes; what
// `go list` reads in its own process doesn't count.
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

// list gives our packages and all that they need, as they are built for goos.
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
