//go:build !linux

package census

func countDescriptors(*Config, *Census) bool { return false }
func countMappings(*Config, *Census) bool    { return false }
func countThreads(*Config, *Census) bool     { return false }
func countChildren(*Config, *Census) bool    { return false }
