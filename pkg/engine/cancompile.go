package engine

import (
	"runtime"

	"golang.org/x/sys/cpu"
)

// whyInterpreted returns the reason why wazero's compiler does not work on this
// processor or in this process, or "" if it does. wazero would then interpret
// without notice. The interpreter has no cache, and would run the traps of a
// stub: see package codecache.
func whyInterpreted() string {
	switch runtime.GOARCH {
	case "amd64":
		if !cpu.X86.HasSSE41 {
			return "the processor has no SSE4.1"
		}
	case "arm64":
	default:
		return "wazero compiles for amd64 and arm64 only"
	}
	if !mayRunCode() {
		return "the system lets no memory become executable"
	}
	return ""
}
