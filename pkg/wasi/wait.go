package wasi

// Wait is the event for which a function may wait before it returns, and
// whether the end of its context ends the wait.
type Wait uint8

const (
	// WaitNone is a function that returns at once.
	WaitNone Wait = iota
	// WaitEvent is a function that may wait for something that never happens,
	// such as input. Its context ends it.
	WaitEvent
	// WaitLength is a function whose duration depends on a length that the guest
	// passes. Its context ends it between two pieces, which take milliseconds. In a
	// file, each piece is a WaitStorage.
	WaitLength
	// WaitStorage is a function that waits for a file system, or for a device to
	// be closed. Nothing ends it.
	WaitStorage
)
