package engine

import "os"

// executable returns the ranges of code that the process made itself.
func executable() codeRanges {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil
	}
	return parseMaps(maps)
}
