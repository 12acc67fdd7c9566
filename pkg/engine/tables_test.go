package engine

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"reflect"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

const funcRef = 0x70 // the type of a table of functions

// codeOf returns a code section of those bodies, which begin with their locals.
func codeOf(bodies ...[]byte) []byte {
	content := []byte{byte(len(bodies))}
	for _, b := range bodies {
		content = append(append(content, byte(len(b))), b...)
	}
	return encode(10, content...)
}

// TestTableGrowth grows tables up to each limit, and one element beyond it. The
// table of growtable begins with 10 elements, and its segment has another one.
func TestTableGrowth(t *testing.T) {
	ctx := context.Background()
	for _, tc := range []struct {
		cfg Config
		max int // that the table can have
	}{
		{Config{}, DefaultTableElements - 1},
		{Config{MaxTableElements: 100}, 99},
		{Config{MaxTableElements: 11}, 10},
		{Config{MaxMemory: 128 << 10}, 128<<10/8 - 1},
		{Config{MaxMemory: 1 << 20, MaxTableElements: 1000}, 999},
		{Config{MaxMemory: 64 << 10, MaxTableElements: 1 << 30}, 64<<10/8 - 1},
	} {
		for _, tc.cfg.Interpreter = range []bool{false, true} {
			m := compileGuest(t, tc.cfg, "wat/growtable")
			for beyond, want := range []string{"10", "-1"} {
				in, err := m.Instantiate(ctx, wasi.Config{})
				if err != nil {
					t.Fatal(err)
				}
				results, outcome := in.Invoke(ctx, "grow", []string{fmt.Sprint(tc.max - 10 + beyond)})
				if !outcome.Clean() || len(results) != 1 || results[0] != want {
					t.Errorf("%+v: to %d elements: %v, %v; want %s", tc.cfg, tc.max+beyond, results, outcome, want)
				}
				if err := in.Close(ctx); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestTableLimit compiles modules that begin with as many elements as they may,
// and with one more.
func TestTableLimit(t *testing.T) {
	tables := func(limits ...byte) []byte { // of one byte each
		content := []byte{byte(len(limits))}
		for _, n := range limits {
			content = append(content, funcRef, 0, n)
		}
		return encode(4, content...)
	}
	elements := func(mode ...byte) []byte { // a segment of three elements
		return encode(9, append(append([]byte{1}, mode...), 3, 0, 0, 0)...)
	}
	code := codeOf([]byte{0, 0x0b})
	for _, tc := range []struct {
		name   string
		binary []byte
		need   uint64
	}{
		{"a table", module(tables(100)), 100},
		{"tables together", module(tables(30, 30, 40)), 100},
		{"a table and the segment for it", module(procedure, function, tables(97), elements(0, 0x41, 0, 0x0b), code), 100},
		{"a passive segment", module(procedure, function, tables(97), elements(1, 0), code), 100},
		{"a declarative segment takes nothing", module(procedure, function, tables(100), elements(3, 0), code), 100},
		{"with an own maximum", module(encode(4, 1, funcRef, 1, 100, 120)), 100},
	} {
		for _, cfg := range []Config{{MaxTableElements: tc.need}, {MaxMemory: tc.need*8 + 7}, {MaxMemory: 1 << 20, MaxTableElements: tc.need}} {
			compile := func(cfg Config) error {
				r := NewRuntime(cfg)
				_, err := r.Compile(context.Background(), &Binary{Path: "t.wasm", Bytes: tc.binary})
				if err := r.Close(context.Background()); err != nil {
					t.Error(err)
				}
				return err
			}
			if err := compile(cfg); err != nil {
				t.Errorf("%s: %+v: %v", tc.name, cfg, err)
			}
			if cfg.MaxTableElements > 0 {
				cfg.MaxTableElements--
			} else {
				cfg.MaxMemory -= 8
			}
			var exceeded *TableLimitError
			err := compile(cfg)
			if !errors.As(err, &exceeded) || !errors.Is(err, ErrTableLimit) || *exceeded != (TableLimitError{tc.need, tc.need - 1}) {
				t.Errorf("%s: %+v: %v", tc.name, cfg, err)
			}
		}
	}
}

// TestTablesInLedger reads the tables and the stack of an instance from the
// ledger.
func TestTablesInLedger(t *testing.T) {
	if whyInterpreted() != "" || bits.UintSize != 64 {
		t.Skip("the figures are those of the compiler, with 64 bits")
	}
	ctx := context.Background()
	for _, interpreter := range []bool{false, true} {
		cfg := Config{Interpreter: interpreter, Ledger: memstat.NewLedger(memstat.SitesAlways)}
		m := compileGuest(t, cfg, "wat/growtable")
		result := m.Cycle(ctx, CycleConfig{Cycles: 3, SampleEvery: -1, Invoke: "grow", Args: []string{"1000"}})
		if o := result.Outcome(); !o.Clean() || result.CloseErr != nil || result.LeakingCycles != 0 {
			t.Fatalf("%v, %v", o, result.CloseErr)
		}
		kinds := map[memstat.Kind]memstat.KindStat{}
		for _, k := range cfg.Ledger.Snapshot().Kinds {
			kinds[k.Kind] = k
			if k.Kind != memstat.KindSlot && k.Acquired != k.Released {
				t.Errorf("%+v", k)
			}
		}
		table := kinds[memstat.KindTable]
		if table.Acquired != 3 || table.PeakObjects != 1 || table.PeakBytes < 1010*8 || table.PeakBytes > 1010*8*5/4 {
			t.Errorf("interpreter %v: %+v", interpreter, table)
		}
		if got := result.Memory; got.TableBytes == nil || *got.TableBytes != uint64(table.PeakBytes) || got.TotalBytes != 64<<10+*got.TableBytes {
			t.Errorf("interpreter %v: %+v", interpreter, got)
		}
		references, stack := kinds[memstat.KindReferences], kinds[memstat.KindStack]
		if references.Acquired != 3 || !interpreter && references.PeakBytes < 32 {
			t.Errorf("interpreter %v: %+v", interpreter, references)
		}
		if stack.Acquired != 3 || stack.PeakBytes < 8 || !interpreter && stack.PeakBytes < 1<<10 {
			t.Errorf("interpreter %v: %+v", interpreter, stack)
		}
	}
}

// TestReadings checks that wazero's structs have the fields that reading.go
// reads.
func TestReadings(t *testing.T) {
	if whyInterpreted() != "" || bits.UintSize != 64 {
		t.Skip("the figures are those of the compiler, with 64 bits")
	}
	ctx := context.Background()
	for _, interpreter := range []bool{false, true} {
		m := compileGuest(t, Config{Interpreter: interpreter}, "wat/growtable")
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if sizes, ok := tableSizes(in.guest); !ok || len(sizes) != 1 || sizes[0] != 10*elementSize {
			t.Errorf("interpreter %v: tables of %d bytes, %v", interpreter, sizes, ok)
		}
		if segments := field(reflect.ValueOf(in.guest), "ElementInstances"); segments.Kind() != reflect.Slice || segments.Len() != 1 {
			t.Errorf("interpreter %v: segments %v", interpreter, segments)
		}
		if bytes, ok := stackBytes(in.guest.ExportedFunction("grow")); !ok || !interpreter && bytes < 10<<10 {
			t.Errorf("interpreter %v: a stack of %d bytes, %v", interpreter, bytes, ok)
		}
		if n := referenceBytes(in.guest); interpreter != (n == 0) {
			t.Errorf("interpreter %v: %d bytes of references", interpreter, n)
		}
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
		if stat := in.Memory(); stat.TableBytes != nil {
			t.Errorf("interpreter %v: after Close: tables of %d bytes", interpreter, *stat.TableBytes)
		}
	}
	if v := field(reflect.ValueOf(new(struct{ A int })), "B"); v.IsValid() {
		t.Errorf("a field that is not there: %v", v)
	}
}

// TestTableLimitsAndCache: code from the cache obeys the limits of its runtime,
// and is compiled again only if the module can grow its tables.
func TestTableLimitsAndCache(t *testing.T) {
	if whyInterpreted() != "" {
		t.Skip("the interpreter has no cache")
	}
	ctx := context.Background()
	dir := t.TempDir()
	for _, tc := range []struct {
		guest    string
		elements uint64
		cached   bool
		grown    string // the result of growing by 100
	}{
		{"wat/growtable", 0, false, "10"},
		{"wat/growtable", 0, true, "10"},
		{"wat/growtable", 50, false, "-1"},
		{"wat/growtable", 50, true, "-1"},
		{"wat/growtable", 60, false, "-1"},
		{"wat/growtable", 0, true, "10"},
		{"wat/growtable", DefaultTableElements, true, "10"},
		{"wat/opentable", 0, false, ""},
		{"wat/opentable", 50, true, ""},
		{"wat/opentable", 1 << 30, true, ""},
	} {
		m := compileGuest(t, Config{CacheDir: dir, MaxTableElements: tc.elements}, tc.guest)
		if m.Info().Cached != tc.cached {
			t.Errorf("%+v: from the cache: %v", tc, m.Info().Cached)
		}
		if tc.grown == "" {
			continue
		}
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if results, outcome := in.Invoke(ctx, "grow", []string{"100"}); !outcome.Clean() || results[0] != tc.grown {
			t.Errorf("%+v: %v, %v", tc, results, outcome)
		}
		if err := in.Close(ctx); err != nil {
			t.Error(err)
		}
	}
}

// TestReferencesAreShared runs a loop of ref.func, in a module that has the
// global that it needs, and in one that has none.
func TestReferencesAreShared(t *testing.T) {
	ctx := context.Background()
	declare := encode(9, 1, 3, 0, 1, 0)
	// 1,000 times: ref.func 0, ref.is_null, and a trap if it is.
	loop := codeOf([]byte{1, 1, 0x7f,
		0x03, 0x40, 0xd2, 0, 0xd1, 0x04, 0x40, 0x00, 0x0b,
		0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x41, 0xe8, 0x07, 0x49, 0x0d, 0, 0x0b, 0x0b})
	exports := encode(7, append(append([]byte{1, 6}, "_start"...), 0, 0)...)
	globals := encode(6, 1, 0x7f, 1, 0x41, 0, 0x0b)
	for name, binary := range map[string][]byte{
		"no globals": module(procedure, function, onePage, exports, declare, loop),
		"globals":    module(procedure, function, onePage, globals, exports, declare, loop),
	} {
		dir := t.TempDir()
		for use, cfg := range []Config{{}, {Interpreter: true}, {CacheDir: dir}, {CacheDir: dir}} {
			r := NewRuntime(cfg)
			m, err := r.Compile(ctx, &Binary{Path: "m.wasm", Bytes: binary})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if cached := use == 3; r.compiles && m.Info().Cached != cached {
				t.Errorf("%s: use %d: from the cache: %v", name, use, m.Info().Cached)
			}
			in, err := m.Instantiate(ctx, wasi.Config{})
			if err != nil {
				t.Fatal(err)
			}
			if o := in.Start(ctx); !o.Clean() {
				t.Errorf("%s: use %d: %v", name, use, o)
			}
			if n := referenceBytes(in.guest); n > 100 {
				t.Errorf("%s: use %d: %d bytes of references", name, use, n)
			}
			if err := errors.Join(in.Close(ctx), m.Close(ctx), r.Close(ctx)); err != nil {
				t.Error(err)
			}
		}
	}
	// A reference that is not declared is not made valid.
	r := NewRuntime(Config{})
	defer r.Close(ctx)
	undeclared := module(procedure, encode(3, 2, 0, 0), onePage, declare, codeOf([]byte{0, 0xd2, 0, 0x1a, 0xd2, 1, 0x1a, 0x0b}, []byte{0, 0x0b}))
	_, err := r.Compile(ctx, &Binary{Path: "m.wasm", Bytes: undeclared})
	if err == nil || !strings.Contains(err.Error(), "undeclared function index 1") {
		t.Errorf("not declared: %v", err)
	}
}
