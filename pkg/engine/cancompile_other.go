//go:build !unix

package engine

// mayRunCode assumes that the process may make memory executable.
func mayRunCode() bool { return true }
