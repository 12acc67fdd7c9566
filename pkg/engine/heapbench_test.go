//go:build unix

package engine

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// cpuTime returns the CPU time of the process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkHeap compares the CPU time of guests that allocate, with their heap
// watched and not, in runs that take turns: the least of each. Run it with
// -benchtime 7x for seven turns.
func BenchmarkHeap(b *testing.B) {
	for _, c := range [][]string{
		{"c/heapbench.wasm", "pairs", "2000000", "0"},
		{"c/heapbench.wasm", "pairs", "2000000", "8"},
		{"c/heapbench.wasm", "pairs", "2000000", "27"},
		{"c/heapbench.wasm", "reallocs", "2000000", "0"},
		{"c/heapbench.wasm", "callocs", "2000000", "0"},
		{"c/heapbench.wasm", "random", "1000000", "0"},
		{"c/heapbench.wasm", "none", "10000000", "0"},
		{"cpp/words.wasm"},
	} {
		name := c[0]
		if len(c) > 1 {
			name = c[1] + "/" + c[3]
		}
		b.Run(name, func(b *testing.B) { compareHeap(b, c) })
	}
}

func compareHeap(b *testing.B, c []string) {
	ctx := context.Background()
	binary, err := os.ReadFile("../../testdata/" + c[0])
	if err != nil {
		b.Fatal(err)
	}
	var least [2]time.Duration
	var modules [2]*Module
	for i := range modules {
		r := NewRuntime(Config{Heap: HeapConfig{Check: i == 1}})
		defer func() { _ = r.Close(ctx) }()
		if modules[i], err = r.Compile(ctx, &Binary{Path: c[0], Bytes: binary}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		for i, m := range modules {
			in, err := m.Instantiate(ctx, wasi.Config{Args: c})
			if err != nil {
				b.Fatal(err)
			}
			began := cpuTime()
			o := in.Start(ctx)
			if spent := cpuTime() - began; least[i] == 0 || spent < least[i] {
				least[i] = spent
			}
			if !o.Clean() {
				b.Fatal(o)
			}
			if err := in.Close(ctx); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(least[1])/float64(least[0]), "times")
	b.ReportMetric(float64(least[0].Milliseconds()), "plain-ms")
	b.ReportMetric(0, "ns/op")
}
