package trend_test

import (
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
)

func ExampleNew() {
	var samples []probe.Sample
	for cycle := range uint64(100) {
		samples = append(samples, probe.Sample{
			Cycle:   cycle,
			Process: probe.Process{probe.FDs: probe.Measured(8 + cycle/4)},
		})
	}
	t := trend.New(samples)
	fmt.Printf("%.2f %s per cycle\n", t.Metrics[0].PerCycle, t.Metrics[0].Unit)
	// Output:
	// 0.25 descriptors per cycle
}
