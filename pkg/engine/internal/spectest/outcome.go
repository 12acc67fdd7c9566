package spectest

// Kind is the way in which a command ended.
type Kind uint8

// The kinds. They are the reasons for which an assertion can pass, as far as wazero
// separates them: it refuses malformed and invalid binaries alike, and modules that
// cannot be linked like those whose segments do not fit.
const (
	Done      Kind = iota // instantiated, returned or registered
	Refused               // not compiled: malformed or invalid
	Rejected              // compiled, and not instantiated
	Trapped               // see Outcome.Message
	Thrown                // ended by an exception that nothing caught
	Exhausted             // the stack overflowed
	Failed                // the engine, or the script, has a bug
)

var kindNames = [...]string{"done", "refused", "rejected", "trapped", "thrown", "exhausted", "failed"}

// String returns the kind in a word.
func (k Kind) String() string { return kindNames[k] }

// Outcome is the end of a command, with its results.
type Outcome struct {
	Kind    Kind
	Message string   // the reason, unless Kind is Done
	Results []uint64 // in wazero's encoding
}

// TrapOutcome returns the outcome for wazero's message of a trap.
func TrapOutcome(message string) Outcome {
	kind := Trapped
	switch message {
	case "uncaught exception":
		kind = Thrown
	case "stack overflow":
		kind = Exhausted
	}
	return Outcome{Kind: kind, Message: message}
}

// traps maps the messages of the reference interpreter, which the scripts
// contain, to wazero's. A script's message may be a prefix: "uninitialized
// element 7".
var traps = []struct{ script, wazero string }{
	{"out of bounds memory access", "out of bounds memory access"},
	{"out of bounds table access", "invalid table access"},
	{"undefined", "invalid table access"},
	{"uninitialized", "invalid table access"},
	{"indirect call", "indirect call type mismatch"},
	{"integer divide by zero", "integer divide by zero"},
	{"integer overflow", "integer overflow"},
	{"invalid conversion to integer", "invalid conversion to integer"},
	{"unreachable", "unreachable"},
	{"unaligned atomic", "unaligned atomic"},
	{"expected shared memory", "expected shared memory"},
	{"null", "null reference"},
}
