package engine

import (
	"cmp"
	goruntime "runtime"
	"runtime/debug"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// toolReport describes the program that ran the module. Versions come from the
// build information.
func toolReport(r Run) *report.Tool {
	t := &report.Tool{
		Version:  r.Version,
		Go:       goruntime.Version(),
		Platform: goruntime.GOOS + "/" + goruntime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		t.Version = cmp.Or(t.Version, versionOf(info, "github.com/wamr-go/wamr-go"))
		t.Wazero = versionOf(info, "github.com/tetratelabs/wazero")
	}
	if r.Module != nil {
		rt := r.Module.runtime
		t.Engine, t.EngineReason = "interpreter", rt.engine
		if rt.compiles {
			t.Engine = "compiler"
		}
	}
	return t
}

// versionOf returns the version of a module of the build, or "".
func versionOf(info *debug.BuildInfo, path string) string {
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == path {
			return m.Version
		}
	}
	return ""
}
