package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// underLimit runs a test again, in a process with a limit on its address space.
// In that process it returns true, and the value that the first one gave.
func underLimit[T any](t *testing.T, kilobytes int, value func() T) (given T, limited bool) {
	t.Helper()
	const variable = "WAMR_GO_TEST_ADDRESS_SPACE"
	name := t.Name()
	if v := os.Getenv(variable); v != "" {
		if err := json.Unmarshal([]byte(v), &given); err != nil {
			t.Fatal(err)
		}
		return given, true
	}
	if engine.RaceEnabled {
		t.Skip("the race detector needs terabytes of address space")
	}
	needsItself(t)
	given = value()
	v, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	// With cgo, each thread has a stack and a part of the C library's heap.
	script := fmt.Sprintf(`ulimit -v %d && ulimit -s 256 && exec "$0" -test.run "$1" -test.v`, kilobytes)
	cmd := exec.Command("sh", "-c", script, os.Args[0], "^"+name+"$")
	cmd.Env = append(os.Environ(), variable+"="+string(v), "MALLOC_ARENA_MAX=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+name)) {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
	return given, false
}

// shortLimits are limits in KiB. The Go runtime alone takes some 700 MiB where
// addresses have 64 bits, and 500 MiB more if it can get them; between 1.15 and
// 1.4 GB it can, and then lacks space for anything else.
var shortLimits = []int{900_000, 1_400_000, 1_600_000, 2_000_000, 3_000_000, 6_000_000, 10_000_000}

// spaceGuests are the guests of TestShortAddressSpace: a program, and one that grows.
var spaceGuests = []struct {
	name string
	args []string
}{
	{"c/hello", []string{"hello"}},
	{"c/grow", []string{"grow", "100", "50"}},
}

// TestShortAddressSpace runs cycles on several workers where several large
// reservations do not fit. All must succeed, use each other's slots, and report
// the same memory as without a limit.
func TestShortAddressSpace(t *testing.T) {
	for _, kilobytes := range shortLimits {
		t.Run(strconv.Itoa(kilobytes), func(t *testing.T) {
			want, limited := underLimit(t, kilobytes, func() (memory []engine.MemoryStat) {
				for i := range spaceGuests {
					memory = append(memory, spaceCycles(t, i, 0).Memory)
				}
				return memory
			})
			if !limited {
				return
			}
			for i, g := range spaceGuests {
				got := spaceCycles(t, i, 50).Memory
				a, b := memoryText(t, got), memoryText(t, want[i])
				if a != b {
					t.Errorf("%s: memory %s, without a limit %s", g.name, a, b)
				}
			}
		})
	}
}

func memoryText(t *testing.T, m engine.MemoryStat) string {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// spaceCycles runs 200 cycles on four workers, for which at most so many slots
// may be made; 0 means any number.
func spaceCycles(t *testing.T, guestIndex int, mostSlots uint64) engine.CycleResult {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4)) // the pool keeps two slots for each
	ledger := memstat.NewLedger(memstat.SitesNever)
	g := spaceGuests[guestIndex]
	m := compile(t, newRuntime(t, engine.Config{Ledger: ledger}), guest(t, g.name))
	r := m.Cycle(context.Background(), engine.CycleConfig{Cycles: 200, Workers: 4, SampleEvery: -1,
		Config: func(uint64) wasi.Config { return wasi.Config{Args: g.args} }})
	if r.Completed != 200 || r.Outcomes[engine.OutcomeExit] != 200 || !r.Outcome().Clean() {
		t.Fatalf("%s: %d cycles, outcomes %v, %v", g.name, r.Completed, r.Outcomes, r.Outcome())
	}
	for _, k := range ledger.Snapshot().Kinds {
		if k.Kind == memstat.KindSlot {
			t.Logf("%s: %d slots made, %d MiB at most", g.name, k.Acquired, k.PeakBytes>>20)
			if mostSlots > 0 && k.Acquired > mostSlots {
				t.Errorf("%s: %d slots made, at most %d wanted", g.name, k.Acquired, mostSlots)
			}
		}
	}
	return r
}

// TestManyInstancesInShortAddressSpace opens instances until there is no space
// for more. All of them work, and the Go runtime survives.
func TestManyInstancesInShortAddressSpace(t *testing.T) {
	for _, kilobytes := range []int{900_000, 1_400_000, 3_000_000} {
		t.Run(strconv.Itoa(kilobytes), func(t *testing.T) {
			if _, limited := underLimit(t, kilobytes, func() bool { return true }); limited {
				openMany(t)
			}
		})
	}
}

func openMany(t *testing.T) {
	ctx := context.Background()
	ledger := memstat.NewLedger(memstat.SitesNever)
	m := compile(t, newRuntime(t, engine.Config{Ledger: ledger}), guest(t, "c/hello"))
	var open []*engine.Instance
	for len(open) < 2000 {
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			var none *engine.MemoryError
			if !errors.As(err, &none) {
				t.Errorf("error %v", err)
			}
			break
		}
		open = append(open, in)
		if o := in.Start(ctx); !o.Clean() {
			t.Errorf("instance %d: %v", len(open), o)
		}
	}
	t.Logf("%d instances", len(open))
	if len(open) < 20 {
		t.Error("too few")
	}
	for _, in := range open {
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	checkLedger(t, ledger)
}

// TestGrowthInShortAddressSpace lets a memory grow to a gigabyte, which fits only if
// other instances give up the address space that they reserve and do not use.
func TestGrowthInShortAddressSpace(t *testing.T) {
	if _, limited := underLimit(t, 3_000_000, func() bool { return true }); !limited {
		return
	}
	ctx := context.Background()
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/grow"))
	var others []*engine.Instance
	for range 4 {
		others = append(others, instance(t, m, wasi.Config{Args: []string{"grow", "64", "64"}}))
	}
	for range 3 {
		in := instance(t, m, wasi.Config{Args: []string{"grow", "16384", "100"}})
		if o := in.Start(ctx); !o.Clean() {
			t.Fatalf("outcome %v, memory %+v", o, in.Memory())
		}
		if s := in.Memory(); s.PeakBytes != 1<<30 || s.Grows != 1 {
			t.Errorf("memory %+v", s)
		}
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	for _, in := range others {
		if o := in.Start(ctx); !o.Clean() {
			t.Errorf("outcome %v", o)
		}
		if s := in.Memory(); s.PeakBytes != 64*65536 {
			t.Errorf("memory %+v", s)
		}
	}
}
