package wasi

import (
	"fmt"
	"strings"
)

// Fault is a set of known leaks that a system can be told to have, so that a
// leak hunter can be seen to find them.
type Fault uint

// FaultPrestatsLock destroys the prestat table as WAMR did before its pull
// request 4205: the lock is released only where the table has entries
// (https://github.com/bytecodealliance/wasm-micro-runtime/issues/4192).
const FaultPrestatsLock Fault = 1 << iota

var faultNames = []struct {
	name  string
	fault Fault
}{
	{"prestats-lock", FaultPrestatsLock},
}

// FaultNames lists the names that [ParseFault] knows.
func FaultNames() []string {
	names := make([]string, len(faultNames))
	for i, f := range faultNames {
		names[i] = f.name
	}
	return names
}

// ParseFault returns the fault of that name.
func ParseFault(name string) (Fault, error) {
	for _, f := range faultNames {
		if f.name == name {
			return f.fault, nil
		}
	}
	return 0, fmt.Errorf("unknown fault %q (known: %s)", name, strings.Join(FaultNames(), ", "))
}
