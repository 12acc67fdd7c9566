package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// heapRun runs a guest with its heap watched.
type heapRun struct {
	outcome Outcome
	output  string
	heap    *guestheap.Report
}

func runHeap(t *testing.T, cfg Config, binary []byte, args ...string) heapRun {
	t.Helper()
	ctx := context.Background()
	r := NewRuntime(cfg)
	m, err := r.Compile(ctx, &Binary{Path: "guest.wasm", Bytes: binary})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	in, err := m.Instantiate(ctx, wasi.Config{Args: append([]string{"guest"}, args...), Env: []string{"A=b"}, Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	call := ctx
	if slices.Contains(args, "spin") {
		var cancel context.CancelFunc
		call, cancel = context.WithTimeout(ctx, time.Second)
		defer cancel()
	}
	run := heapRun{outcome: in.Start(call)}
	run.output, run.heap = out.String(), in.GuestHeap()
	for _, c := range []interface{ Close(context.Context) error }{in, m, r} {
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	return run
}

func readGuest(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// strip returns the guest without debug information, or without names too.
func strip(t *testing.T, binary []byte, names bool) []byte {
	t.Helper()
	m, err := wasmbin.Parse(binary)
	if err != nil {
		t.Fatal(err)
	}
	edits := m.DropDebug()
	if names {
		more, _ := m.DropNames()
		edits = append(edits, more...)
	}
	return wasmbin.Apply(binary, edits...)
}

// kindsOf returns the blocks and bytes of each kind, without libc's arguments.
func kindsOf(r *guestheap.Report) string {
	var reachable guestheap.KindTotal
	for _, l := range r.Leaks {
		if l.Kind == guestheap.StillReachable && !strings.HasPrefix(l.Stack[0].Function, "__main_void") {
			reachable.Blocks += l.Blocks
			reachable.Bytes += l.Bytes
		}
	}
	k := r.Kinds
	return fmt.Sprintf("definite %d/%d indirect %d/%d possible %d/%d reachable %d/%d",
		k[0].Blocks, k[0].Bytes, k[1].Blocks, k[1].Bytes, k[2].Blocks, k[2].Bytes, reachable.Blocks, reachable.Bytes)
}

// leaksKinds is the summary of testdata/c/leaks.c's own losses.
const leaksKinds = "definite 5/353 indirect 4/128 possible 1/100 reachable 4/208"

var leaksErrors = []string{"double_free 10", "interior_free 20", "invalid_free 0", "realloc_of_freed 40", "calloc_overflow 0"}

func errorsOf(r *guestheap.Report) []string {
	var all []string
	for _, e := range r.Errors {
		all = append(all, fmt.Sprintf("%s %d", e.Kind, e.BlockBytes))
	}
	return all
}

func TestLeaks(t *testing.T) {
	watched := HeapConfig{Check: true}
	for _, guest := range []string{"c/leaks.wasm", "c/leaks0.wasm"} {
		binary := readGuest(t, guest)
		for _, v := range []struct {
			name   string
			cfg    Config
			binary []byte
		}{
			{"alone", Config{}, binary},
			{"interruptible", Config{Interruptible: true}, binary},
			{"fuel", Config{CountInstructions: true}, binary},
			{"interpreter", Config{Interpreter: true}, binary},
			{"no image", Config{NoImage: true}, binary},
			{"names only", Config{}, strip(t, binary, false)},
		} {
			t.Run(guest+" "+v.name, func(t *testing.T) {
				v.cfg.Heap = watched
				run := runHeap(t, v.cfg, v.binary)
				if !run.outcome.Clean() || run.output != "done\n" {
					t.Errorf("%v, %q", run.outcome, run.output)
				}
				if got := kindsOf(run.heap); got != leaksKinds {
					t.Errorf("got %s, want %s", got, leaksKinds)
				}
				if d := cmp.Diff(leaksErrors, errorsOf(run.heap)); d != "" {
					t.Error(d)
				}
			})
		}
		for how, want := range map[string]Outcome{"exit": {ExitCode: 3}, "trap": {Kind: OutcomeTrap}, "spin": {Kind: OutcomeTimeout}} {
			t.Run(guest+" "+how, func(t *testing.T) {
				run := runHeap(t, Config{Interruptible: true, Heap: watched}, binary, how)
				if run.outcome.Kind != want.Kind || run.outcome.ExitCode != want.ExitCode {
					t.Errorf("%v", run.outcome)
				}
				if got := kindsOf(run.heap); got != leaksKinds {
					t.Errorf("got %s, want %s", got, leaksKinds)
				}
			})
		}
		t.Run(guest+" clean", func(t *testing.T) {
			run := runHeap(t, Config{Heap: watched}, binary, "clean")
			if got, want := kindsOf(run.heap), "definite 0/0 indirect 0/0 possible 0/0 reachable 0/0"; got != want || run.heap.ErrorTotal != 0 {
				t.Errorf("got %s, %d errors", got, run.heap.ErrorTotal)
			}
		})
	}
}

// frame returns the parts of a frame that the tests compare.
func frame(f memstat.Frame) string { return fmt.Sprintf("%s %s:%d", f.Function, f.File, f.Line) }

func TestLeakStacks(t *testing.T) {
	binary := readGuest(t, "c/leaks.wasm")
	run := runHeap(t, Config{Heap: HeapConfig{Check: true}}, binary)
	var got []string
	for _, l := range run.heap.Leaks {
		if l.Kind == guestheap.DefinitelyLost {
			got = append(got, frame(l.Stack[0])+" by "+frame(l.Stack[1]))
		}
	}
	want := []string{
		"lose_grown c/leaks.c:50 by main c/leaks.c:125",
		"push c/leaks.c:24 by lose_list c/leaks.c:33",
		"lose_loop c/leaks.c:41 by main c/leaks.c:124",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	e := run.heap.Errors[0]
	stacks := []string{frame(e.Stack[0]), frame(e.Freed[0]), frame(e.Allocated[0])}
	if d := cmp.Diff([]string{"free_twice c/leaks.c:68", "free_twice c/leaks.c:67", "free_twice c/leaks.c:65"}, stacks); d != "" {
		t.Error(d)
	}
	// The place in the binary is that of a call.
	f := run.heap.Leaks[0].Stack[0]
	if op := binary[f.WasmOffset]; f.WasmFunction == nil || op != byte(wasmbin.OpCall) {
		t.Errorf("function %v, instruction %#x at %#x", f.WasmFunction, op, f.WasmOffset)
	}
	short := runHeap(t, Config{Heap: HeapConfig{Check: true, Callers: 1}}, binary)
	if n := len(short.heap.Leaks[0].Stack); n != 1 {
		t.Errorf("%d frames", n)
	}
}

func TestLeaksOfCPlusPlus(t *testing.T) {
	binary := readGuest(t, "cpp/heap.wasm")
	run := runHeap(t, Config{Heap: HeapConfig{Check: true}}, binary)
	if got, want := kindsOf(run.heap), "definite 6/368 indirect 0/0 possible 0/0 reachable 0/0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := run.heap.Leaks[0].Stack[0].Function, "void shapes::lose<shapes::Wide>(int)"; got != want || run.heap.ErrorTotal != 0 {
		t.Errorf("%q, %d errors", got, run.heap.ErrorTotal)
	}
}

// In a stripped guest the allocator is guessed, or named by the index of its
// functions.
func TestStrippedGuest(t *testing.T) {
	binary := readGuest(t, "c/leaks.wasm")
	stripped := strip(t, binary, true)
	ctx := context.Background()
	compile := func(functions ...string) error {
		r := NewRuntime(Config{Heap: HeapConfig{Check: true, Functions: functions}})
		defer func() { _ = r.Close(ctx) }()
		_, err := r.Compile(ctx, &Binary{Path: "guest.wasm", Bytes: stripped})
		return err
	}
	guessed := runHeap(t, Config{Heap: HeapConfig{Check: true}}, stripped, "exit")
	// realloc is guessed as well: 200 of the bytes were added in place.
	if got := guessed.heap.Kinds[guestheap.DefinitelyLost]; got.Blocks != 5 || got.Bytes != 353 || len(guessed.heap.Notes) == 0 {
		t.Errorf("guessed: %+v, %q", got, guessed.heap.Notes)
	}
	wrong := runHeap(t, Config{Heap: HeapConfig{Check: true}}, stripped, "clean")
	if wrong.heap.ErrorTotal != 0 || len(wrong.heap.Notes) == 0 || !wrong.outcome.Clean() {
		t.Errorf("%v, %d errors, %q", wrong.outcome, wrong.heap.ErrorTotal, wrong.heap.Notes)
	}
	for _, f := range []string{"malloc", "malloc=", "alloc=3", "malloc=nowhere", "malloc=0", "malloc=99999", "posix_memalign=6"} {
		if err := compile(f); !errors.Is(err, ErrHeapFunction) {
			t.Errorf("%s: %v", f, err)
		}
	}
	m, err := wasmbin.Parse(binary)
	if err != nil {
		t.Fatal(err)
	}
	_, names := m.DropNames()
	var functions []string
	for index := range m.Imported(wasmbin.ImportFunction) + m.Functions {
		switch name := names.Functions(index)[index]; name {
		case "malloc", "calloc", "realloc", "free", "posix_memalign":
			functions = append(functions, fmt.Sprintf("%s=%d", name, index))
		case "aligned_alloc":
			functions = append(functions, fmt.Sprintf("calloc=%d", index)) // of the same type, but not the same size
		}
	}
	run := runHeap(t, Config{Heap: HeapConfig{Check: true, Functions: functions}}, stripped)
	if got := run.heap.Kinds[guestheap.DefinitelyLost]; got.Blocks != 5 || got.Bytes != 353 {
		t.Errorf("definitely lost: %+v", got)
	}
	if f := run.heap.Leaks[0].Stack[0]; !strings.HasPrefix(f.Function, "$") || f.WasmOffset == 0 {
		t.Errorf("frame %+v", f)
	}
}

// All guests say the same with their heap watched.
func TestWatchedGuestsDoTheSame(t *testing.T) {
	for _, guest := range []string{"c/args.wasm", "c/hello.wasm", "c/exit.wasm", "cpp/words.wasm"} {
		binary := readGuest(t, guest)
		plain := runHeap(t, Config{}, binary, "one", "two")
		if plain.heap != nil {
			t.Error("a heap that is not watched has a report")
		}
		ctx := context.Background()
		r := NewRuntime(Config{Heap: HeapConfig{Check: true}})
		_, err := r.Compile(ctx, &Binary{Path: guest, Bytes: binary})
		_ = r.Close(ctx)
		if errors.Is(err, ErrNoAllocator) {
			continue
		}
		watched := runHeap(t, Config{Heap: HeapConfig{Check: true}}, binary, "one", "two")
		if watched.output != plain.output || watched.outcome.String() != plain.outcome.String() {
			t.Errorf("%s: %v %q, and not watched %v %q", guest, watched.outcome, watched.output, plain.outcome, plain.output)
		}
		if k := watched.heap.Kinds[guestheap.DefinitelyLost]; k.Blocks > 0 {
			t.Errorf("%s: %+v", guest, watched.heap.Leaks)
		}
	}
}

// TestHeapFigures checks the figures about the heap as a whole.
func TestHeapFigures(t *testing.T) {
	for name, cfg := range map[string]Config{"compiled": {}, "interpreter": {Interpreter: true}} {
		t.Run(name, func(t *testing.T) {
			cfg.Heap.Check = true
			begin := time.Now()
			r := runHeap(t, cfg, readGuest(t, "c/leaks.wasm")).heap
			took := time.Since(begin).Nanoseconds()
			if r.PeakAfterNS < 0 || r.PeakByNS <= r.PeakAfterNS || r.PeakByNS > took {
				t.Errorf("the peak was between %d and %d ns, in a run of %d", r.PeakAfterNS, r.PeakByNS, took)
			}
			if r.Growth != (guestheap.Growth{InitialBytes: 131_072, Bytes: 131_072}) {
				t.Errorf("growth: %+v", r.Growth)
			}
			if r.HeapBytes == 0 || r.HeapBytes >= 131_072 || r.LiveShare != float64(r.LiveBytes)/float64(r.HeapBytes) || r.PeakShare != float64(r.PeakBytes)/float64(r.HeapBytes) {
				t.Errorf("heap %d, shares %g and %g", r.HeapBytes, r.LiveShare, r.PeakShare)
			}
			var bySize, atPeak, live, allocs uint64
			for _, c := range r.Sizes {
				bySize += c.Allocs
			}
			for _, s := range r.Peak {
				atPeak += s.Bytes
			}
			if len(r.Largest) != heapSites || r.Largest[0].Stack[0].Function != "lose_grown" {
				t.Errorf("largest: %+v", r.Largest)
			}
			for _, s := range r.Largest {
				live += s.LiveBytes
				allocs += s.Allocs
			}
			if bySize != r.Allocs || atPeak > r.PeakBytes || atPeak < r.PeakBytes*9/10 || live > r.LiveBytes || allocs > r.Allocs {
				t.Errorf("%d by size, %d at the peak, %d live, %d allocations of the largest", bySize, atPeak, live, allocs)
			}
		})
	}
}
