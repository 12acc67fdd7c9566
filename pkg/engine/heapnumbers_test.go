package engine

import "testing"

// Constants that look like addresses hide no leak: neither tables in the data, nor
// numbers in the code where the allocator has its own data.
func TestNumbersAreNoPointers(t *testing.T) {
	run := runHeap(t, Config{Heap: HeapConfig{Check: true}}, readGuest(t, "c/numbers.wasm"))
	if !run.outcome.Clean() {
		t.Fatal(run.outcome)
	}
	const want = "definite 1/4000 indirect 0/0 possible 0/0 reachable 0/0"
	if got := kindsOf(run.heap); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
