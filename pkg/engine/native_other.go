//go:build !linux

package engine

// executable cannot tell on this system.
func executable() codeRanges { return nil }
