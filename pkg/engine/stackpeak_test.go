package engine

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// stackOf calls a guest's export, and returns what was measured of its stack.
func stackOf(t *testing.T, cfg Config, guest []byte, function string, args ...string) (*report.Stack, Outcome) {
	t.Helper()
	ctx := context.Background()
	r := NewRuntime(cfg)
	m, err := r.Compile(ctx, &Binary{Path: "guest.wasm", Bytes: guest})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Instantiate(ctx, wasi.Config{Args: []string{"guest"}})
	if err != nil {
		t.Fatal(err)
	}
	var o Outcome
	if function == "" {
		o = in.Start(ctx)
	} else {
		_, o = in.Invoke(ctx, function, args)
	}
	s := in.Memory().Stack
	if err := errors.Join(in.Close(ctx), m.Close(ctx), r.Close(ctx)); err != nil {
		t.Error(err)
	}
	if in.Memory().Stack != nil {
		t.Error("a closed instance has a stack")
	}
	return s, o
}

// TestStackPeak: the peak of the stack in linear memory is exact, however the guest
// is run, and absent where it is not measured.
func TestStackPeak(t *testing.T) {
	guest := readGuest(t, "wat/stack.wasm")
	cached := Config{CountInstructions: true, CacheDir: t.TempDir()}
	for _, cfg := range []Config{
		{Fuel: 1 << 50}, cached, cached, {CountInstructions: true, Inspect: true},
		{CountInstructions: true, Interpreter: true}, {CountInstructions: true, CPUProfile: true},
	} {
		for _, tc := range []struct {
			function string
			args     []string
			peak     uint64
			kind     OutcomeKind
		}{
			{"take", []string{"0"}, 0, OutcomeExit},
			{"take", []string{"1"}, 1, OutcomeExit},
			{"take", []string{"65536"}, 65536, OutcomeExit},
			{"add", nil, 48, OutcomeExit},
			{"deep", []string{"100", "0"}, 1600, OutcomeExit},
			{"deep", []string{"7", "1"}, 112, OutcomeTrap},
		} {
			s, o := stackOf(t, cfg, guest, tc.function, tc.args...)
			if diff := cmp.Diff(&report.Stack{SizeBytes: 65536, PeakBytes: tc.peak}, s); diff != "" || o.Kind != tc.kind {
				t.Errorf("%+v: %s %v: %v (-want +got):\n%s", cfg, tc.function, tc.args, o, diff)
			}
		}
	}
	for _, cfg := range []Config{{}, {Inspect: true}, {Interruptible: true, Inspect: true}} {
		if s, _ := stackOf(t, cfg, guest, "add"); s != nil {
			t.Errorf("%+v: %+v", cfg, s)
		}
	}
	full := Config{CountInstructions: true}
	if s, o := stackOf(t, full, readGuest(t, "c/hello.wasm"), ""); s == nil || s.PeakBytes == 0 || s.PeakBytes > s.SizeBytes || !o.Clean() {
		t.Errorf("hello: %v, %+v", o, s)
	}
	if s, _ := stackOf(t, full, strip(t, readGuest(t, "c/hello.wasm"), true), ""); s != nil {
		t.Errorf("without names: %+v", s)
	}
}
