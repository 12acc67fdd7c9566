package main

import (
	"context"
	"math"
)

// commandContests measure the same as kernelContests by command lines, with a
// warm cache: the processor time of all four kernels and of the start.
var commandContests = []contest{
	checkedCommand("stop_command", "--timeout=1h", 1.20, func(t tools) []commandLine {
		return []commandLine{
			{"wazero -timeout", t.wazero, []string{"-cachedir=CACHE", "-timeout=1h"}},
			{"wazy -timeout", t.wazy, []string{"-cachedir=CACHE", "-timeout=1h"}},
		}
	}),
	checkedCommand("fuel_command", "--fuel=1000000000000", 1.25, func(tools) []commandLine { return nil }),
}

const uninterruptible = "wamr-go --uninterruptible"

func checkedCommand(id, flag string, limit float64, peers func(tools) []commandLine) contest {
	bars := []bar{{uninterruptible, limit}}
	for _, l := range peers(tools{}) {
		bars = append(bars, bar{l.name, 0})
	}
	r := row{id, "command line with " + flag + ", compute kernels", processor, bars}
	return contest{rows: []row{r}, prepare: func(ctx context.Context, b *bench) []contestant {
		us := tool{path: b.tools.wamrgo}
		lines := append([]commandLine{
			{ours, us, []string{"--cache-dir=CACHE", flag}},
			{uninterruptible, us, []string{"--cache-dir=CACHE", "--uninterruptible"}},
		}, peers(b.tools)...)
		return warm(ctx, b, lines, command{module: b.guest("compute")}, 1, func(runs []processRun) values {
			least := math.Inf(1)
			for _, r := range runs {
				least = min(least, r.CPUNS)
			}
			return values{id: least}
		})
	}}
}
