package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// BenchmarkLive keeps many instances of a small program alive at once. It
// reports the system memory of one of them, and the time to make the last
// thousand, which should not depend on their number.
func BenchmarkLive(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ctx := context.Background()
			ledger := memstat.NewLedger(memstat.SitesNever)
			for b.Loop() {
				m := compile(b, newRuntime(b, engine.Config{Ledger: ledger}), guest(b, "c/hello"))
				before := probe.Settled()
				live := make([]*engine.Instance, n)
				var last time.Time
				for i := range live {
					if i == n-1000 {
						last = time.Now()
					}
					in, err := m.Instantiate(ctx, helloConfig)
					if err != nil {
						b.Fatalf("instance %d: %v", i, err)
					}
					if o := in.Start(ctx); !o.Clean() {
						b.Fatalf("instance %d: %v", i, o)
					}
					live[i] = in
				}
				took := time.Since(last)
				after := probe.Settled()
				for _, in := range live {
					if err := in.Close(ctx); err != nil {
						b.Fatal(err)
					}
				}
				per := func(m probe.Metric) float64 {
					x, _ := before.Get(m)
					y, _ := after.Get(m)
					return (float64(y) - float64(x)) / float64(n)
				}
				b.ReportMetric(per(probe.RSS), "rss-B/instance")
				b.ReportMetric(per(probe.HeapLive), "heap-B/instance")
				b.ReportMetric(per(probe.Maps), "maps/instance")
				b.ReportMetric(float64(took.Nanoseconds())/1000, "ns/last-instance")
			}
		})
	}
}

// BenchmarkWorkers tells how cycles scale with workers: the ratio of the rates,
// of one worker and of as many as there are processors, in turns.
func BenchmarkWorkers(b *testing.B) {
	ctx := context.Background()
	m := compile(b, newRuntime(b, engine.Config{Ledger: memstat.NewLedger(memstat.SitesAuto)}), guest(b, "c/hello"))
	const cycles = 2000
	var took [2]time.Duration
	counts := [2]int{1, runtime.GOMAXPROCS(0)}
	for b.Loop() {
		for i, workers := range counts {
			begin := time.Now()
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for range cycles {
						in, err := m.Instantiate(ctx, helloConfig)
						if err != nil {
							b.Error(err)
							return
						}
						in.Start(ctx)
						in.Close(ctx)
					}
				})
			}
			wg.Wait()
			took[i] += time.Since(begin) / time.Duration(workers)
		}
	}
	b.ReportMetric(float64(took[0])/float64(took[1]), fmt.Sprintf("x-with-%d-workers", counts[1]))
}
