package engine

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// heapModel mirrors testdata/c/heapcalls.c.
type heapModel struct {
	Allocs, Frees   uint64
	Kept, KeptBytes uint64 // in slots
	Lost, LostBytes uint64
	Errors          map[string]uint64
	slots           [32]struct {
		size uint64
		used bool
	}
}

func (m *heapModel) run(ops []byte) {
	for ; len(ops) >= 4; ops = ops[4:] {
		slot := &m.slots[ops[1]%32]
		size := uint64(ops[2]) | uint64(ops[3]&0x7f)<<8
		alloc := func(size uint64) {
			if slot.used {
				m.Lost++
				m.LostBytes += slot.size
			}
			m.Allocs++
			slot.size, slot.used = size, true
		}
		free := func() {
			if slot.used {
				m.Frees++
			}
			slot.size, slot.used = 0, false
		}
		switch ops[0] % 8 {
		case 0:
			alloc(size)
		case 1:
			free()
		case 2:
			if slot.used {
				m.Errors["double_free"]++
			}
			free()
		case 3:
			free()
			alloc(size + 1)
		case 4:
			alloc(3 * size)
		case 5:
			if slot.size > 8 {
				m.Errors["interior_free"]++
			}
		case 6:
			m.Errors["calloc_overflow"]++
		case 7:
			alloc(size/64*64 + 64)
		}
	}
	for _, s := range m.slots {
		if s.used {
			m.Kept++
			m.KeptBytes += s.size
		}
	}
}

// reported returns a report in the form of a model.
func reported(r *guestheap.Report) heapModel {
	m := heapModel{Allocs: r.Allocs, Frees: r.Frees, Errors: map[string]uint64{}}
	for _, l := range r.Leaks {
		switch l.Kind {
		case guestheap.DefinitelyLost:
			m.Lost += l.Blocks
			m.LostBytes += l.Bytes
		case guestheap.StillReachable:
			m.Kept += l.Blocks
			m.KeptBytes += l.Bytes
		default:
			m.Errors[l.Kind.String()] += l.Blocks
		}
	}
	for _, e := range r.Errors {
		m.Errors[e.Kind] += e.Count
	}
	return m
}

// heapCalls runs sequences of calls in a guest.
type heapCalls struct{ modules []*Module }

func newHeapCalls(t testing.TB, configs ...Config) *heapCalls {
	ctx := context.Background()
	binary, err := os.ReadFile("../../testdata/c/heapcalls.wasm")
	if err != nil {
		t.Fatal(err)
	}
	h := &heapCalls{}
	for _, c := range configs {
		c.Heap.Check = true
		r := NewRuntime(c)
		m, err := r.Compile(ctx, &Binary{Path: "heapcalls.wasm", Bytes: binary})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close(ctx) })
		h.modules = append(h.modules, m)
	}
	return h
}

func (h *heapCalls) compare(t *testing.T, ops []byte) {
	t.Helper()
	ctx := context.Background()
	want := heapModel{Errors: map[string]uint64{}}
	want.run(ops)
	ops = bytes.Clone(ops)
	for i := 3; i < len(ops); i += 4 {
		ops[i] |= 0x80
	}
	for i, m := range h.modules {
		in, err := m.Instantiate(ctx, wasi.Config{Stdin: bytes.NewReader(ops)})
		if err != nil {
			t.Fatal(err)
		}
		outcome := in.Start(ctx)
		r := in.GuestHeap()
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
		if !outcome.Clean() {
			t.Fatal(outcome)
		}
		if d := cmp.Diff(want, reported(r), cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "slots") }, cmp.Ignore())); d != "" {
			t.Fatalf("configuration %d, ops %v: %s", i, ops[:min(len(ops), 200)], d)
		}
	}
}

func TestHeapCalls(t *testing.T) {
	h := newHeapCalls(t, Config{}, Config{Interpreter: true, Interruptible: true})
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		ops := make([]byte, 4*(1<<(seed%12)))
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
			if i%4 == 3 && rnd.Uint32N(8) > 0 {
				ops[i] &= 1 // most blocks are small
			}
		}
		h.compare(t, ops)
	}
}

func FuzzHeapCalls(f *testing.F) {
	h := newHeapCalls(f, Config{})
	f.Add([]byte{0, 1, 2, 0, 3, 1, 200, 0, 2, 1, 0, 0, 7, 3, 3, 3, 5, 3, 0, 0, 6, 0, 0, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) < 1<<14 {
			h.compare(t, ops)
		}
	})
}
