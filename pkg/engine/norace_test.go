//go:build !race

package engine

// RaceEnabled says whether the race detector watches the tests.
const RaceEnabled = false
