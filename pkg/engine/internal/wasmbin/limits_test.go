package wasmbin

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vector returns a vector of n equal elements.
func vector(n int, element ...byte) []byte {
	return append(AppendU32(nil, uint32(n)), bytes.Repeat(element, n)...)
}

// functions returns the sections of functions without parameters and results,
// of those bodies, which begin with their locals and have no end.
func functions(bodies ...[]byte) [][]byte {
	code := AppendU32(nil, uint32(len(bodies)))
	for _, b := range bodies {
		code = append(AppendU32(code, uint32(len(b)+1)), b...)
		code = append(code, opEnd)
	}
	return [][]byte{
		section(SectionType, 1, 0x60, 0, 0),
		section(SectionFunction, vector(len(bodies), 0)...),
		section(SectionCode, code...),
	}
}

// locals returns a body with n locals and no instructions.
func locals(n uint32) []byte { return append(AppendU32([]byte{1}, n), 0x7f) }

// sized makes a module with n of the quantity that a limit counts.
var sized = [...]func(n int) []byte{
	limitTypes: func(n int) []byte { return binaryOf(section(SectionType, vector(n, 0x60, 0, 0)...)) },
	limitImports: func(n int) []byte {
		return binaryOf(section(SectionType, 1, 0x60, 0, 0), section(SectionImport, vector(n, 0, 0, 0, 0)...))
	},
	limitFunctions: func(n int) []byte {
		return binaryOf(section(SectionType, 1, 0x60, 0, 0), section(SectionFunction, vector(n, 0)...))
	},
	limitTables: func(n int) []byte { return binaryOf(section(SectionTable, vector(n, 0x70, 0, 0)...)) },
	limitGlobals: func(n int) []byte {
		return binaryOf(section(SectionGlobal, vector(n, 0x7f, 0, opI32Const, 0, opEnd)...))
	},
	limitExports:         func(n int) []byte { return binaryOf(section(SectionExport, vector(n, 0, 0, 0)...)) },
	limitTags:            func(n int) []byte { return binaryOf(section(SectionTag, vector(n, 0, 0)...)) },
	limitElementSegments: func(n int) []byte { return binaryOf(section(SectionElement, vector(n, 1, 0, 0)...)) },
	limitDataSegments:    func(n int) []byte { return binaryOf(section(SectionData, vector(n, 1, 0)...)) },
	limitElements: func(n int) []byte {
		first := vector(7, 0)
		second := vector(n-7, 0)
		return binaryOf(section(SectionElement, slices.Concat([]byte{2, 1, 0}, first, []byte{3, 0}, second)...))
	},
	limitParameters: func(n int) []byte {
		return binaryOf(section(SectionType, slices.Concat([]byte{1, 0x60}, vector(n, 0x7f), []byte{0})...))
	},
	limitResults: func(n int) []byte {
		return binaryOf(section(SectionType, slices.Concat([]byte{1, 0x60, 0}, vector(n, 0x64, 0x70))...))
	},
	limitCodeSize: func(n int) []byte {
		const nop = 1
		return binaryOf(functions(append([]byte{0}, bytes.Repeat([]byte{nop}, n-2)...))...)
	},
	limitLocals: func(n int) []byte {
		return binaryOf(
			section(SectionType, 1, 0x60, 2, 0x7f, 0x7f, 0), // parameters count
			section(SectionFunction, 1, 0),
			section(SectionCode, slices.Concat([]byte{1, 8, 2, 1, 0x7c}, AppendU32(nil, uint32(n-3)), []byte{0x7f, opEnd})...))
	},
	limitLabels: func(n int) []byte {
		return binaryOf(functions(slices.Concat([]byte{0, opI32Const, 0, opBrTable}, vector(n, 0), []byte{0}))...)
	},
	limitName: func(n int) []byte {
		return binaryOf(section(SectionExport, slices.Concat([]byte{1}, vector(n, 'x'), []byte{0, 0})...))
	},
	limitBranches: func(n int) []byte {
		conditional := bytes.Repeat([]byte{opI32Const, 0, opBrIf, 0}, (n-1)/2)
		return binaryOf(functions(slices.Concat([]byte{0}, conditional, bytes.Repeat([]byte{opReturn}, n-(n-1)/2*2)))...)
	},
	limitValues: func(n int) []byte {
		body := slices.Concat([]byte{0, opI32Const, 0}, bytes.Repeat([]byte{opCall, 0}, n/2)) // two each
		if n%2 == 1 {
			body = append(body, opBlock, 2, opI32Const, 0, opEnd, opDrop)
		}
		body = append(body, opDrop, opEnd)
		return binaryOf(
			section(SectionType, 3, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f),
			section(SectionImport, 1, 0, 0, 0, 1),
			section(SectionFunction, 1, 0),
			section(SectionCode, slices.Concat([]byte{1}, AppendU32(nil, uint32(len(body))), body)...))
	},
	limitAllLocals: func(n int) []byte {
		const each = 40_000
		bodies := [][]byte{locals(uint32(n % each))}
		for range n / each {
			bodies = append(bodies, locals(each))
		}
		return binaryOf(functions(bodies...)...)
	},
}

const opDrop = 0x1a

// TestLimits makes a module at each limit, and one just beyond it.
func TestLimits(t *testing.T) {
	for number, l := range limits {
		t.Run(l.what, func(t *testing.T) {
			if _, err := parse(t, sized[number](int(l.max))).CheckLimits(true); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, err := parse(t, sized[number](int(l.max)+1)).CheckLimits(true)
			var exceeded *LimitError
			if !errors.As(err, &exceeded) || exceeded.What != l.what || exceeded.Limit != l.max || exceeded.Need != l.max+1 {
				t.Errorf("beyond the limit: %v", err)
			}
		})
	}
}

func TestLimitErrors(t *testing.T) {
	for _, tc := range []struct {
		name   string
		binary []byte
		want   string
	}{
		{"nothing", binaryOf(), "<nil>"},
		{"locals that sum up to more than 32 bits", binaryOf(functions(slices.Concat([]byte{2},
			AppendU32(nil, math.MaxUint32), []byte{0x7f}, AppendU32(nil, math.MaxUint32), []byte{0x7e}))...),
			"function 0 has 8589934590 locals, and the limit is 50000"},
		{"labels before an invalid instruction", binaryOf(functions(slices.Concat([]byte{0, opBrTable}, vector(65_521, 0), []byte{0, 0xff}))...),
			"function 0 has 65521 labels in a br_table, and the limit is 65520"},
		{"types in a recursion group", binaryOf(section(SectionType, slices.Concat([]byte{1, 0x4e}, vector(1_000_001, 0x60, 0, 0))...)),
			"the module has 1000001 types, and the limit is 1000000"},
		{"the name of an import's module", binaryOf(section(SectionImport, slices.Concat([]byte{1}, vector(100_001, 'x'), []byte{0, 3, 0x7f, 0})...)),
			"import 0 has 100001 bytes in a name, and the limit is 100000"},
		{"an unknown instruction", binaryOf(functions([]byte{0, 0xff})...), "code section: instruction at offset 0x17: unknown instruction 0xff"},
		{"an unknown instruction with a prefix", binaryOf(functions([]byte{0, opMisc, 18})...), "code section: instruction at offset 0x17: unknown instruction 0xfc 0x12"},
		{"an instruction that is cut", binaryOf(functions([]byte{0, opF64Const})...), "code section: instruction at offset 0x17: unexpected end of the binary"},
		{"a type that is not a function", binaryOf(section(SectionType, 1, 0x5f, 0)), "type section: at offset 0xc: unknown form of type 0x5f"},
		{"a type that is not there", binaryOf(section(SectionType, 1, 0x60, 0, 0), section(SectionFunction, 2, 0, 1)),
			"function section: function 1 has type 1, and there are 1 types"},
		{"an import's type that is not there", binaryOf(section(SectionImport, 1, 0, 0, 0, 7)),
			"function section: function 0 has type 7, and there are 0 types"},
		{"indices out of range", binaryOf(functions([]byte{0, opCall, 99, opCallIndirect, 99, 0, opBlock, 0, opEnd})...), "<nil>"},
	} {
		_, err := parse(t, tc.binary).CheckLimits(true)
		if got := fmt.Sprint(err); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// TestGrowsTables looks for table.grow, in each encoding of its number.
func TestGrowsTables(t *testing.T) {
	for _, tc := range []struct {
		name string
		code []byte
		want bool
	}{
		{"nothing", nil, false},
		{"table.grow", []byte{opMisc, subTableGrow, 0}, true},
		{"its number in more bytes than it needs", []byte{opMisc, subTableGrow | 0x80, 0x80, 0, 0}, true},
		{"table.size", []byte{opMisc, 16, 0}, false},
		{"its bytes in a constant", []byte{opF32Const, opMisc, subTableGrow, 0, 0, opDrop}, false},
	} {
		code, err := parse(t, binaryOf(functions(append([]byte{0}, tc.code...))...)).CheckLimits(true)
		if err != nil || code.GrowsTables != tc.want {
			t.Errorf("%s: %v, %v", tc.name, code.GrowsTables, err)
		}
	}
}

// TestLimitsOfGuests checks that ordinary programs are far below the limits.
func TestLimitsOfGuests(t *testing.T) {
	for path, binary := range guests(t) {
		if _, err := parse(t, binary).CheckLimits(true); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestLimitsAreDocumented checks that the user's manual has the row of each
// limit.
func TestLimitsAreDocumented(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "limits.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range limits {
		number := fmt.Sprint(l.max)
		for i := len(number) - 3; i > 0; i -= 3 {
			number = number[:i] + "," + number[i:]
		}
		if row := fmt.Sprintf("\n| %s | %s | ", l.what, number); !strings.Contains(string(manual), row) {
			t.Errorf("docs/limits.md lacks%s", row)
		}
	}
}

// FuzzLimits looks for modules that make the checks panic, or allocate out of
// proportion.
func FuzzLimits(f *testing.F) {
	for number := range limits {
		f.Add(sized[number](9))
	}
	for _, binary := range guests(f) {
		f.Add(binary[:min(len(binary), 3000)])
	}
	f.Add(binaryOf(functions([]byte{0, opTryTable, 0x40, 2, 0, 0, 0, 2, 0, opEnd, 0x1c, 1, 0x7f, opVector, 12})...))
	f.Fuzz(func(t *testing.T, binary []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := Parse(binary)
		if err == nil {
			if code, err := m.CheckLimits(true); err == nil {
				checkReferences(t, m, code)
			}
			if tables, err := m.Tables(); err == nil {
				_, _ = m.Segments(tables)
			}
			checkCaps(t, m)
		}
		runtime.ReadMemStats(&after)
		if most := uint64(128*len(binary) + 1<<20); after.TotalAlloc-before.TotalAlloc > most {
			t.Errorf("%d bytes made it allocate %d", len(binary), after.TotalAlloc-before.TotalAlloc)
		}
	})
}

// checkCaps caps the tables of a module, and compares them.
func checkCaps(t *testing.T, m *Module) {
	const most = 100
	tables, err := m.Tables()
	if err != nil {
		return
	}
	edited := Apply(m.Binary, m.CapTables(most)...)
	again, err := Parse(edited)
	if err != nil {
		t.Fatalf("capped: %v", err)
	}
	capped, err := again.Tables()
	if err != nil || len(capped) != len(tables) {
		t.Fatalf("%d capped tables of %d: %v", len(capped), len(tables), err)
	}
	var room uint64
	for i, c := range capped {
		l := c.Limits
		if l.Shared || l.Wide || l.HasMax && l.Max < l.Min || l.Min+most > math.MaxUint32 {
			continue // not valid, or as large as it can be
		}
		if !l.HasMax {
			t.Fatalf("table %d has no maximum: %+v", i, l)
		}
		room += l.Max - l.Min
		was := tables[i]
		if l.Min != was.Limits.Min || was.Limits.HasMax && l.Max > was.Limits.Max {
			t.Errorf("table %d was %+v and is %+v", i, was.Limits, l)
		}
		c.Limits, was.Limits = Limits{}, Limits{}
		if diff := cmp.Diff(was, c); diff != "" {
			t.Errorf("table %d: %s", i, diff)
		}
	}
	if room > most {
		t.Errorf("the tables can grow by %d", room)
	}
	if len(again.Sections) != len(m.Sections) {
		t.Errorf("%d sections became %d", len(m.Sections), len(again.Sections))
	}
}
