package wasi

import (
	"fmt"
	"strings"
)

// Fault is a set of known leaks. A [System] that has one leaks on purpose, to
// show that a leak check finds it.
type Fault uint

// FaultPrestatsLock releases the prestat table's lock only if the table has
// entries, as WAMR did before its pull request 4205
// (https://github.com/bytecodealliance/wasm-micro-runtime/issues/4192).
const FaultPrestatsLock Fault = 1 << iota

var faultNames = []struct {
	name  string
	fault Fault
}{
	{"prestats-lock", FaultPrestatsLock},
}

// FaultNames returns the names that [ParseFault] knows.
func FaultNames() []string {
	names := make([]string, len(faultNames))
	for i, f := range faultNames {
		names[i] = f.name
	}
	return names
}

// ParseFault returns the fault with the given name. The error for an unknown
// name lists the known ones.
func ParseFault(name string) (Fault, error) {
	for _, f := range faultNames {
		if f.name == name {
			return f.fault, nil
		}
	}
	return 0, fmt.Errorf("unknown fault %q (known: %s)", name, strings.Join(FaultNames(), ", "))
}
