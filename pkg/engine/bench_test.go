package engine_test

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

var helloConfig = wasi.Config{Args: []string{"hello.wasm"}, Stdout: io.Discard, Stderr: io.Discard}

// BenchmarkCycle is one cycle of a C program that prints a line: with and
// without a ledger, without running it, and by wazero with its own WASI.
func BenchmarkCycle(b *testing.B) {
	for _, bm := range []struct {
		name   string
		ledger *memstat.Ledger
		start  bool
	}{
		{"ledger", memstat.NewLedger(memstat.SitesAuto), true},
		{"noledger", nil, true},
		{"ledger/nostart", memstat.NewLedger(memstat.SitesAuto), false},
		{"noledger/nostart", nil, false},
	} {
		b.Run(bm.name, func(b *testing.B) {
			m := compile(b, newRuntime(b, engine.Config{Ledger: bm.ledger}), guest(b, "c/hello"))
			b.ReportAllocs()
			for b.Loop() {
				cycle(b, m, bm.start)
			}
		})
	}
	for _, start := range []bool{true, false} {
		name := "wazero"
		if !start {
			name += "/nostart"
		}
		b.Run(name, func(b *testing.B) { benchmarkWazero(b, start) })
	}
}

func cycle(b *testing.B, m *engine.Module, start bool) {
	ctx := context.Background()
	in, err := m.Instantiate(ctx, helloConfig)
	if err != nil {
		b.Fatal(err)
	}
	if start {
		if o := in.Start(ctx); !o.Clean() {
			b.Fatal(o)
		}
	}
	if err := in.Close(ctx); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLedgerShare reports the cost of the ledger, in percent of a cycle
// without it. The two take turns, and the median round of each counts, so that
// a busy machine does not decide and the collector's share is included.
func BenchmarkLedgerShare(b *testing.B) {
	const round = 200
	var modules [2]*engine.Module
	for i, ledger := range []*memstat.Ledger{nil, memstat.NewLedger(memstat.SitesAuto)} {
		modules[i] = compile(b, newRuntime(b, engine.Config{Ledger: ledger}), guest(b, "c/hello"))
	}
	var took [2][]float64 // ns a cycle
	for b.Loop() {
		for i, m := range modules {
			begin := time.Now()
			for range round {
				cycle(b, m, true)
			}
			took[i] = append(took[i], float64(time.Since(begin).Nanoseconds())/round)
		}
	}
	median := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
	without, with := median(took[0]), median(took[1])
	b.ReportMetric(without, "ns/cycle")
	b.ReportMetric(100*(with/without-1), "%ledger")
}

// benchmarkWazero is the same cycle without anything of ours.
func benchmarkWazero(b *testing.B, start bool) {
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	m, err := r.CompileModule(ctx, guest(b, "c/hello").Bytes)
	if err != nil {
		b.Fatal(err)
	}
	cfg := wazero.NewModuleConfig().WithName("").WithStartFunctions().WithArgs("hello.wasm")
	b.ReportAllocs()
	for b.Loop() {
		in, err := r.InstantiateModule(ctx, m, cfg)
		if err != nil {
			b.Fatal(err)
		}
		if start {
			if _, err := in.ExportedFunction("_start").Call(ctx); err != nil {
				b.Fatal(err)
			}
		}
		if err := in.Close(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
