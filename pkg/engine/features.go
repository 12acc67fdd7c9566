package engine

import (
	"runtime"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/cpu"
)

// features returns the proposals that modules may use: all that wazero has. The
// specification's tests of each run through the engine, see spec_test.go.
//
// wazero compiles atomic instructions for arm64 processors that have them, which
// those before ARMv8.1 do not, and does not look.
func (r *Runtime) features() api.CoreFeatures {
	f := api.CoreFeaturesV2 |
		experimental.CoreFeaturesTailCall |
		experimental.CoreFeaturesExtendedConst |
		experimental.CoreFeaturesExceptionHandling |
		experimental.CoreFeaturesTypedFunctionReferences
	if !r.compiles || runtime.GOARCH != "arm64" || cpu.ARM64.HasATOMICS {
		f |= experimental.CoreFeaturesThreads
	}
	return f
}
