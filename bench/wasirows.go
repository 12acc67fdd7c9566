package main

import (
	"context"
	"strings"
)

// computeContests time kernels from inside the guest: no start-up, no
// compilation, only the code. Only the command line's time has a bar.
var computeContests = []contest{{
	rows: []row{
		kernel("total", "compute kernels, all four", bar{wazero, 0}, bar{wazy, 0}, bar{wasmtime, 0}, bar{node, 0}, bar{native, 0}),
		kernel("matrix", "matrix product", bar{wazy, 0}, bar{wasmtime, 0}, bar{native, 0}),
		kernel("crc", "CRC-32", bar{wazy, 0}, bar{wasmtime, 0}, bar{native, 0}),
		kernel("list", "sorting a list", bar{wazy, 0}, bar{wasmtime, 0}, bar{native, 0}),
		kernel("machine", "state machine", bar{wazy, 0}, bar{wasmtime, 0}, bar{native, 0}),
	},
	prepare: func(ctx context.Context, b *bench) []contestant {
		return program{name: "compute", prefix: kernelPrefix, sums: make(map[string]string)}.hosts(ctx, b)
	},
}}

const (
	kernelPrefix = "kernel_"
	wasiPrefix   = "wasi_"

	noise      = 1.05 // of the best peer: equal, within the noise of figures
	likeNative = 2.0  // of native, for rows that are mostly a system call
	likeFloor  = 1.5  // of an empty host call, for rows that are mostly the way to the host
)

func kernel(name, what string, bars ...bar) row {
	return row{kernelPrefix + name, what, nanoseconds, bars}
}

// wasiContests time calls from inside the guest.
var wasiContests = []contest{{
	rows: []row{
		systemCall("pread_1", "pread of 1 byte"),
		systemCall("pwrite_1", "pwrite of 1 byte"),
		systemCall("pread_64k", "pread of 64 KiB"),
		systemCall("pwrite_64k", "pwrite of 64 KiB"),
		systemCall("fstat", "fstat"),
		systemCall("open_close", "open + close, depth 1"),
		systemCall("open_close_deep", "open + close, depth 3"),
		systemCall("stat_deep", "stat, depth 3"),
		systemCall("readdir_100", "opendir, readdir of 100 entries, closedir"),
		systemCall("create_unlink", "create + unlink"),
		crossing("seek", "seek"),
		crossing("clock", "clock_time_get"),
		crossing("random_16", "random_get of 16 bytes"),
	},
	prepare: wasiHosts,
}}

func systemCall(name, what string) row {
	return row{wasiPrefix + name, what, nanoseconds, []bar{{bestPeer, noise}, {native, likeNative}}}
}

func crossing(name, what string) row {
	return row{wasiPrefix + name, what, nanoseconds, []bar{{bestPeer, noise}, {floor, likeFloor}, {native, 0}}}
}

// wasiHosts run the guest for the selected rows; in each round the same guest
// also measures an empty host call.
func wasiHosts(ctx context.Context, b *bench) []contestant {
	milliseconds := "50"
	if b.quick {
		milliseconds = "10"
	}
	p := program{name: "wasibench", prefix: wasiPrefix, dir: true, args: []string{milliseconds}}
	empty := p
	empty.args = []string{milliseconds, "empty"}
	for _, r := range b.rows {
		p.args = append(p.args, strings.TrimPrefix(r.id, wasiPrefix))
	}
	measure := empty.embedded(b, floor, newEmptyHost, b.guest(p.name))
	return append(p.hosts(ctx, b), contestant{name: floor, absent: measure.absent, sample: func(ctx context.Context) (values, error) {
		measured, err := measure.sample(ctx)
		if err != nil {
			return nil, err
		}
		v := make(values)
		for _, r := range b.rows {
			for _, bar := range r.bars {
				if bar.peer == floor {
					v[r.id] = measured[wasiPrefix+"empty"]
				}
			}
		}
		return v, nil
	}})
}
