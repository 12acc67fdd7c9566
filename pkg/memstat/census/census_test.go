package census

import (
	"os"
	"syscall"
	"testing"
)

func TestPlan(t *testing.T) {
	for _, cycles := range []uint64{0, 1, 3, 4, 15, 16, 100, 1000, 1 << 40} {
		p := PlanFor(cycles)
		if p.Cycles() > cycles || p.Window > maxWindow || cycles >= 4 && p.Window == 0 {
			t.Errorf("%d cycles: %+v", cycles, p)
		}
	}
	p := Plan{WarmUp: 10, Window: 400, Windows: 3, Time: 300}
	if got := p.fit(100).Window; got != 10 {
		t.Errorf("a window of %d cycles", got) // 10 per cycle, 100 for each window
	}
	if got := p.fit(1).Window; got != 400 {
		t.Errorf("a window of %d cycles", got)
	}
}

func TestSteady(t *testing.T) {
	for _, tc := range []struct {
		counts []int64
		want   bool
	}{
		{nil, false},
		{[]int64{5}, false},
		{[]int64{0, 0, 0, 0}, false},
		{[]int64{0, 100, 100, 100}, false},
		{[]int64{0, 0, 50, 100}, false},
		{[]int64{0, 1, 2, 3}, false},
		{[]int64{0, 2, 4, 7}, true},
		{[]int64{0, 250, 500, 750}, true},
		{[]int64{0, 2, 4, 500}, true},
		{[]int64{0, 2, 400, 900}, false},
		{[]int64{0, 2}, false},
		{[]int64{9, 7, 5, 3}, false},
	} {
		if _, got := steady(tc.counts, 2); got != tc.want {
			t.Errorf("%v: %v", tc.counts, got)
		}
	}
}

func TestKindNames(t *testing.T) {
	for k := range kindCount {
		var back Kind
		text, err := k.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != k || k.Unit(1) == k.Unit(2) {
			t.Errorf("kind %d: %q, %v", k, text, err)
		}
	}
	var k Kind
	if err := k.UnmarshalText([]byte("x")); err == nil || kindCount.String() != "unknown" {
		t.Error("an unknown kind has a name")
	}
}

// TestTotal counts a descriptor that is open for one census.
func TestTotal(t *testing.T) {
	before, ok := Take(Config{}).Total(Descriptor)
	if !ok {
		t.Skip("this system does not tell descriptors")
	}
	fd, err := syscall.Open(os.DevNull, syscall.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	during, _ := Take(Config{}).Total(Descriptor)
	if err := syscall.Close(fd); err != nil {
		t.Fatal(err)
	}
	after, _ := Take(Config{}).Total(Descriptor)
	if during.Objects != before.Objects+1 || after != before {
		t.Errorf("%+v, %+v, %+v", before, during, after)
	}
}
