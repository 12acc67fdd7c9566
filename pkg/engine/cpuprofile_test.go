package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// profileOf runs a guest, and returns its profile as Google's package reads it.
func profileOf(t *testing.T, cfg Config, binary []byte, args ...string) (*profile.Profile, Outcome, ModuleInfo) {
	t.Helper()
	ctx := context.Background()
	cfg.CPUProfile = true
	r := NewRuntime(cfg)
	m, err := r.Compile(ctx, &Binary{Path: "guest.wasm", Bytes: binary})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Instantiate(ctx, wasi.Config{Args: append([]string{"guest"}, args...), Stdout: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	call := ctx
	if slices.Contains(args, "spin") {
		var cancel context.CancelFunc
		call, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
	}
	o := in.Start(call)
	for _, c := range []interface{ Close(context.Context) error }{in, m, r} {
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	return parseProfile(t, m), o, m.Info()
}

func parseProfile(t *testing.T, m *Module) *profile.Profile {
	t.Helper()
	var b bytes.Buffer
	samples, err := m.WriteCPUProfile(&b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckValid(); err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for _, s := range p.Sample {
		n += s.Value[0]
		if s.Value[1] < s.Value[0]*samplePeriod.Nanoseconds() {
			t.Errorf("%d samples in %v: a period is %v", s.Value[0], time.Duration(s.Value[1]), samplePeriod)
		}
	}
	if n != samples {
		t.Errorf("%d samples, and the profile has %d", samples, n)
	}
	return p
}

// calls returns the names of a sample's calls, outermost first, and joined by ">".
func calls(s *profile.Sample) string {
	var names []string
	for _, l := range s.Location {
		for _, line := range l.Line {
			names = append(names, line.Function.Name)
		}
	}
	slices.Reverse(names)
	return strings.Join(names, ">") + ">"
}

// timeIn returns the time of the samples in whose stacks a text occurs.
func timeIn(p *profile.Profile, text string) (sum int64) {
	for _, s := range p.Sample {
		if strings.Contains(calls(s), text) {
			sum += s.Value[1]
		}
	}
	return sum
}

// TestProfileShares: four functions take 1, 2, 3 and 4 tenths of the time, however
// the guest is run. A run has some 200 samples, and where the machine keeps the
// guest waiting, one of them counts for many: one of four runs must be right.
func TestProfileShares(t *testing.T) {
	guest := readGuest(t, "c/profile.wasm")
	cache := t.TempDir()
	for _, tc := range []struct {
		name   string
		cfg    Config
		binary []byte
		rounds string
	}{
		{"compiled", Config{CacheDir: cache}, guest, "1500"},
		{"cached", Config{CacheDir: cache}, guest, "1500"},
		{"interpreted", Config{Interpreter: true}, guest, "50"},
		{"with fuel", Config{Fuel: 1 << 50}, guest, "1500"},
		{"without lines", Config{}, strip(t, guest, false), "1500"},
	} {
		if whyInterpreted() != "" {
			tc.rounds = "50"
		}
		var wrong []string
		for range 4 {
			p, o, info := profileOf(t, tc.cfg, tc.binary, "shares", tc.rounds)
			if !o.Clean() || tc.name == "cached" && !info.Cached && whyInterpreted() == "" {
				t.Errorf("%s: %v, cached %v", tc.name, o, info.Cached)
			}
			if wrong = wrongShares(p); wrong == nil {
				break
			}
		}
		if wrong != nil {
			t.Errorf("%s: %v", tc.name, wrong)
		}
	}
}

// wrongShares returns the functions of the guest whose share of the time is wrong.
func wrongShares(p *profile.Profile) (wrong []string) {
	all := timeIn(p, "")
	for i, name := range []string{"one", "two", "three", "four"} {
		share := 100 * float64(timeIn(p, ">"+name+">")) / float64(all)
		if want := 10 * float64(i+1); share < want-9 || share > want+9 {
			wrong = append(wrong, fmt.Sprintf("%s takes %.1f %% of %v, want %.0f %%", name, share, time.Duration(all), want))
		}
	}
	return wrong
}

// TestProfileFrames: stacks have the names that there are, files, lines and inlined
// calls.
func TestProfileFrames(t *testing.T) {
	guest := readGuest(t, "c/profile.wasm")
	bare := strip(t, guest, true)
	for name, tc := range map[string]struct {
		cfg    Config
		binary []byte
		args   []string
		stack  string // of some sample, in part
		file   string // of its innermost call
	}{
		"lines":             {Config{}, guest, []string{"shares", "300"}, "_start>__original_main>__main_void>main>four>work>", "c/profile.c"},
		"interpreted":       {Config{Interpreter: true}, guest, []string{"shares", "3"}, ">main>four>work>", "c/profile.c"},
		"names":             {Config{}, strip(t, guest, false), []string{"shares", "300"}, ">main>four>", ""},
		"neither":           {Config{}, bare, []string{"shares", "300"}, "wasm-function[", ""},
		"deep":              {Config{}, guest, []string{"deep", "60", "2000"}, "_start>__original_main>__main_void>main>" + strings.Repeat("deep>", 61) + "one>work>", "c/profile.c"},
		"deep, interpreted": {Config{Interpreter: true}, guest, []string{"deep", "60", "20"}, "main>" + strings.Repeat("deep>", 61) + "one>work>", "c/profile.c"},
		"too deep":          {Config{}, guest, []string{"deep", "5000", "2000"}, strings.Repeat("deep>", 100) + "one>work>", "c/profile.c"},
		"host":              {Config{}, guest, []string{"write", "100000"}, ">write>__wasi_fd_write>fd_write>", ""},
		"host, interpreted": {Config{Interpreter: true}, guest, []string{"write", "20000"}, ">write>__wasi_fd_write>fd_write>", ""},
		"trap":              {Config{}, guest, []string{"trap", "5000"}, ">one>work>", "c/profile.c"},
		"timeout":           {Config{}, guest, []string{"spin"}, ">one>work>", "c/profile.c"},
	} {
		if !tc.cfg.Interpreter && whyInterpreted() != "" {
			continue // these are made for compiled code: they take long, or go deeper than the interpreter can
		}
		p, o, _ := profileOf(t, tc.cfg, tc.binary, tc.args...)
		if want := map[string]OutcomeKind{"trap": OutcomeTrap, "timeout": OutcomeTimeout}[name]; o.Kind != want {
			t.Errorf("%s: %v", name, o)
		}
		i := slices.IndexFunc(p.Sample, func(s *profile.Sample) bool { return strings.Contains(calls(s), tc.stack) })
		if i < 0 {
			t.Errorf("%s: no sample has %s:\n%v", name, tc.stack, p)
			continue
		}
		if s := p.Sample[i]; s.Location[0].Line[0].Function.Filename != tc.file || (s.Location[0].Line[0].Line > 0) != (tc.file != "") {
			t.Errorf("%s: the innermost call is at %s:%d", name, s.Location[0].Line[0].Function.Filename, s.Location[0].Line[0].Line)
		}
		for _, s := range p.Sample {
			if len(s.Location) > profiledCalls+1 {
				t.Errorf("%s: a stack of %d calls", name, len(s.Location))
			}
		}
	}
}

// TestProfileOfCycles: the times of short instances add up, on all workers, and a
// profile can be written meanwhile.
func TestProfileOfCycles(t *testing.T) {
	if why := whyInterpreted(); why != "" {
		t.Skip(why)
	}
	ctx := context.Background()
	r := NewRuntime(Config{CPUProfile: true})
	m, err := r.Compile(ctx, &Binary{Path: "guest.wasm", Bytes: readGuest(t, "c/profile.wasm")})
	if err != nil {
		t.Fatal(err)
	}
	done, written := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(written)
		for {
			if _, err := m.WriteCPUProfile(io.Discard); err != nil {
				t.Error(err)
			}
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	c := m.Cycle(ctx, CycleConfig{Cycles: 2000, Workers: 4, SampleEvery: -1, Config: func(uint64) wasi.Config {
		return wasi.Config{Args: []string{"guest", "shares", "1"}}
	}})
	close(done)
	<-written
	if c.Completed != 2000 || c.FirstFailure != nil {
		t.Errorf("%d cycles, %v", c.Completed, c.FirstFailure)
	}
	if err := errors.Join(m.Close(ctx), r.Close(ctx)); err != nil {
		t.Error(err)
	}
	p := parseProfile(t, m)
	all, named := timeIn(p, ""), timeIn(p, ">one>")+timeIn(p, ">two>")+timeIn(p, ">three>")+timeIn(p, ">four>")
	if all == 0 || named*10 < all*6 {
		t.Errorf("%v in the four functions, of %v", time.Duration(named), time.Duration(all))
	}
}

// TestProfileOfThousands profiles a guest of thousands of functions without names,
// each of which calls the next two: there are more stacks than are told apart.
func TestProfileOfThousands(t *testing.T) {
	if why := whyInterpreted(); why != "" {
		t.Skip(why)
	}
	const functions = 3000
	body := func(i int) []byte {
		b := []byte{0} // no locals
		for _, next := range []int{i + 1, i + 2} {
			if next < functions {
				b = wasmbin.AppendU32(append(b, 0x10), uint32(next))
			}
		}
		return append(b, 0x0b)
	}
	module := []byte("\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00")
	types := append(wasmbin.AppendU32(nil, functions), make([]byte, functions)...)
	code := wasmbin.AppendU32(nil, functions)
	for i := range functions {
		b := body(i)
		code = append(wasmbin.AppendU32(code, uint32(len(b))), b...)
	}
	module = wasmbin.AppendSection(module, wasmbin.SectionFunction, types)
	module = wasmbin.AppendSection(module, wasmbin.SectionExport, append([]byte("\x01\x06_start"), 0, 0))
	module = wasmbin.AppendSection(module, wasmbin.SectionCode, code)
	p, o, _ := profileOf(t, Config{}, module, "spin")
	if o.Kind != OutcomeTimeout || len(p.Sample) == 0 || timeIn(p, "wasm-function[2") == 0 {
		t.Errorf("%v, %d samples", o, len(p.Sample))
	}
}

// TestProfileIsBounded: stacks beyond the bound are one.
func TestProfileIsBounded(t *testing.T) {
	m := &Module{binary: &wasmbin.Module{}, functionNames: func() map[uint32]string { return nil }}
	p := newCPUProfile(m)
	for i := range profiledStacks + 10 {
		p.add(heapFrame{function: uint32(i)}.append(nil), samplePeriod)
	}
	if len(p.samples) != profiledStacks+1 || p.samples[profiledStacks].count != 10 {
		t.Fatalf("%d stacks", len(p.samples))
	}
	m.profile = p
	parsed := parseProfile(t, m)
	last := parsed.Sample[profiledStacks]
	if got := calls(last); got != "(further stacks)>" || last.Value[0] != 10 {
		t.Errorf("%s %v", got, last.Value)
	}
	if got, want := calls(parsed.Sample[7]), "wasm-function["+strconv.Itoa(7)+"]>"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestProfileWithout: a module that is not profiled has no profile, and one that
// did not run has an empty one.
func TestProfileWithout(t *testing.T) {
	ctx := context.Background()
	for _, profiled := range []bool{false, true} {
		r := NewRuntime(Config{CPUProfile: profiled})
		m, err := r.Compile(ctx, &Binary{Path: "guest.wasm", Bytes: readGuest(t, "c/hello.wasm")})
		if err != nil {
			t.Fatal(err)
		}
		switch n, err := m.WriteCPUProfile(io.Discard); {
		case !profiled && !errors.Is(err, ErrNotProfiled):
			t.Errorf("error %v", err)
		case profiled && (err != nil || n != 0 || len(parseProfile(t, m).Sample) != 0):
			t.Errorf("%d samples, %v", n, err)
		}
		if err := errors.Join(m.Close(ctx), r.Close(ctx)); err != nil {
			t.Error(err)
		}
	}
}
