//go:build !linux

package engine_test

import "testing"

// openFDs and reservations cannot be counted on this system, nor pages.
func openFDs(*testing.T) int      { return 0 }
func reservations(*testing.T) int { return 0 }
func hasPageMap(*testing.T) bool  { return false }
