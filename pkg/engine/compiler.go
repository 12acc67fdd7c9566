package engine

import (
	"runtime"

	"golang.org/x/sys/cpu"
)

// canCompile says whether wazero's compiler can be used. wazero would turn to
// its interpreter silently, which has no cache, and would run a hollow.
func canCompile() bool {
	switch runtime.GOARCH {
	case "amd64":
		return cpu.X86.HasSSE41 && mayRunCode()
	case "arm64":
		return mayRunCode()
	default:
		return false
	}
}
