package main

import (
	"context"
	"os"
	"strings"
)

// instanceContests measure engines inside this process.
var instanceContests = []contest{
	{
		rows: []row{{"cycle_hello", "cycle of a clang hello", nanoseconds, []bar{{wasmtime, 0.30}, {wazero, 0.60}, {wazy, 0}}}},
		prepare: embeddings(func(_ context.Context, b *bench) (work, error) {
			dir, err := b.dir("preopen-*")
			if err != nil {
				return work{}, err
			}
			wasm, err := os.ReadFile(b.guest("hello"))
			return work{name: "hello", wasm: wasm, start: true, dir: dir, output: "hello, world\n"}, err
		}),
	},
	{
		rows: []row{{"instantiate_go", "instantiate + destroy a Go hello", nanoseconds, []bar{{wazero, 0.12}, {wasmtime, 0}, {wazy, 0}}}},
		prepare: embeddings(func(ctx context.Context, b *bench) (work, error) {
			return goWork(ctx, b, false)
		}),
	},
	{
		rows: []row{{"cycle_go", "cycle of a Go hello", nanoseconds, []bar{{wasmtime, 1.00}, {wazero, 0}, {wazy, 0}}}},
		prepare: embeddings(func(ctx context.Context, b *bench) (work, error) {
			return goWork(ctx, b, true)
		}),
	},
	{
		rows: []row{{"cycle_image", "cycle of a 16 MiB image, one page touched", nanoseconds, []bar{{wasmtime, 1.00}, {wazero, 0}, {wazy, 0}}}},
		prepare: embeddings(func(context.Context, *bench) (work, error) {
			return work{name: "image", wasm: imageModule(), start: true}, nil
		}),
	},
}

func goWork(ctx context.Context, b *bench, start bool) (work, error) {
	path, err := goHello(ctx, b.root, b.tmp)
	if err != nil {
		return work{}, err
	}
	wasm, err := os.ReadFile(path)
	return work{name: "gohello", wasm: wasm, start: start, output: "hello from Go\n"}, err
}

// embeddings are the engines of this process, each ready for the work.
func embeddings(prepare func(context.Context, *bench) (work, error)) func(context.Context, *bench) []contestant {
	return func(ctx context.Context, b *bench) []contestant {
		w, err := prepare(ctx, b)
		return []contestant{
			embedding(ctx, b, ours, newOurs, w, err),
			embedding(ctx, b, wasmtime, newWasmtime, w, err),
			embedding(ctx, b, wazero, newWazero, w, err),
			embedding(ctx, b, wazy, newWazy, w, err),
		}
	}
}

func embedding(ctx context.Context, b *bench, name string, prepare newEmbedded, w work, err error) contestant {
	var e *embedded
	if err == nil {
		e, err = prepare.checked(ctx, w)
	}
	if err != nil {
		return failed(name, err)
	}
	id := b.rows[0].id
	return contestant{
		name:  name,
		close: e.close,
		sample: func(ctx context.Context) (values, error) {
			ns, err := e.perCycle(ctx, b.budget())
			return values{id: ns}, err
		},
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// failed is a contestant that could not be prepared: absent if it is a peer,
// and an error of its first sample if it is us.
func failed(name string, err error) contestant {
	c := contestant{name: name, sample: func(context.Context) (values, error) { return nil, err }}
	if name != ours {
		c.absent = firstLine(err)
	}
	return c
}
