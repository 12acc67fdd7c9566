package census

import (
	"runtime"
	"slices"
)

// countHeap counts the objects in use by allocation site. The profile is that
// of the last garbage collection, which Take has just made.
func countHeap(cfg *Config, c *Census) bool {
	for _, r := range HeapProfile() {
		if objects := r.InUseObjects(); objects > 0 {
			c.addStack(GoHeap, r.Stack0[:], cfg.Root, cfg.Tables, objects, r.InUseBytes())
		}
	}
	return true
}

// countGoroutines counts goroutines by their present stack.
func countGoroutines(cfg *Config, c *Census) bool {
	for _, r := range GoroutineProfile() {
		c.addStack(Goroutine, r.Stack0[:], cfg.Root, nil, 1, 0)
	}
	return true
}

// addStack counts under a stack, which ends at its first zero.
func (c *Census) addStack(kind Kind, stack []uintptr, root uintptr, tables []uintptr, objects, bytes int64) {
	if end := slices.Index(stack, 0); end >= 0 {
		stack = stack[:end]
	}
	if stack = cut(stack, root, tables); len(stack) > 0 {
		c.add(kind, encodeStack(stack), objects, bytes)
	}
}

// spare is the number of records that may appear between the question for their
// number and the reading.
const spare = 64

// HeapProfile returns the memory profile of the last garbage collection, for
// objects that are in use. It is exact for those allocated while
// runtime.MemProfileRate was 1.
func HeapProfile() []runtime.MemProfileRecord {
	n, _ := runtime.MemProfile(nil, false)
	for {
		records := make([]runtime.MemProfileRecord, n+spare)
		var ok bool
		if n, ok = runtime.MemProfile(records, false); ok {
			return records[:n]
		}
	}
}

// GoroutineProfile returns the present stacks of all goroutines.
func GoroutineProfile() []runtime.StackRecord {
	n := runtime.NumGoroutine()
	for {
		records := make([]runtime.StackRecord, n+spare)
		var ok bool
		if n, ok = runtime.GoroutineProfile(records); ok {
			return records[:n]
		}
	}
}
