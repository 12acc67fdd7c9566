//go:build !linux

package engine

// executable returns nil: this system does not list its mappings.
func executable() codeRanges { return nil }
