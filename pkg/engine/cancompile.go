package engine

import (
	"runtime"

	"golang.org/x/sys/cpu"
)

// canCompile says whether wazero's compiler works on this processor and in this
// process. If it did not, wazero would interpret without notice. The interpreter
// has no cache, and would run the traps of a stub: see package codecache.
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
