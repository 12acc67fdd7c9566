//go:build linux

package wasi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// benchGuest is a guest with a file of 64 KiB, a path of depth 3 and a
// directory of 100 entries.
func benchGuest(b *testing.B) (p *proxy, file, hundred uint64) {
	dir := b.TempDir()
	deep := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		b.Fatal(err)
	}
	writeFile(b, filepath.Join(deep, "file"), "x")
	writeFile(b, filepath.Join(dir, "file"), string(make([]byte, pageSize)))
	if err := os.Mkdir(filepath.Join(dir, "hundred"), 0o755); err != nil {
		b.Fatal(err)
	}
	for i := range 100 {
		writeFile(b, filepath.Join(dir, "hundred", fmt.Sprintf("entry-%d", i)), "")
	}
	p = newProxy(b, wasi.Config{Preopens: asRoot(b, dir)})
	return p, p.openRW("file"), p.openDir("hundred")
}

// BenchmarkStream times writes of 64 bytes to standard output, and reads of
// standard input, under a context that can end them, as the command has it.
func BenchmarkStream(b *testing.B) {
	file, err := os.Create(filepath.Join(b.TempDir(), "out"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	r, w := pipe(b)
	for _, test := range []struct {
		name, function string
		cfg            wasi.Config
		after          func()
	}{
		{"write_file", "fd_write", wasi.Config{Stdout: file}, func() { file.Seek(0, io.SeekStart) }},
		{"write_null", "fd_write", wasi.Config{Stdout: null}, func() {}},
		{"write_pipe", "fd_write", wasi.Config{Stdout: w}, func() { r.Read(make([]byte, 64)) }},
		{"write_buffer", "fd_write", wasi.Config{Stdout: new(bytes.Buffer)}, func() {}},
		{"write_stream", "fd_write", wasi.Config{Stdout: struct{ io.Writer }{io.Discard}}, func() {}},
		{"read_null", "fd_read", wasi.Config{Stdin: null}, func() {}},
		{"read_pipe", "fd_read", wasi.Config{Stdin: r}, func() { w.Write(make([]byte, 64)) }},
	} {
		b.Run(test.name, func(b *testing.B) {
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			p := newProxy(b, test.cfg, withContext(ctx))
			fd := uint64(0)
			if test.function == "fd_write" {
				fd = 1
			} else {
				test.after()
			}
			at, n := p.iovecs(span{atData, 64})
			b.ReportAllocs()
			for b.Loop() {
				p.must(test.function, fd, at, n, atResult)
				test.after()
			}
		})
	}
}

// BenchmarkCall times calls through a guest. "floor" is the cost of a host
// function that does nothing.
func BenchmarkCall(b *testing.B) {
	run := func(name string, f func(p *proxy, file, hundred uint64)) {
		b.Run(name, func(b *testing.B) {
			p, file, hundred := benchGuest(b)
			copy(p.memory()[atPath1:], "a/b/file")
			copy(p.memory()[atPath2:], "file")
			copy(p.memory()[atPath2+16:], "new")
			f(p, file, hundred)
			b.ReportAllocs()
			for b.Loop() {
				f(p, file, hundred)
			}
		})
	}
	one := func(p *proxy, size int) (at, n uint64) { return p.iovecs(span{atData, size}) }

	b.Run("floor", func(b *testing.B) {
		r, c := compiledProxy(b, emptyCall.Name, 1)
		guest, err := r.InstantiateModule(b.Context(), c, wazero.NewModuleConfig().WithName("").WithStartFunctions())
		if err != nil {
			b.Fatal(err)
		}
		defer guest.Close(b.Context())
		f, ctx := guest.ExportedFunction("empty"), b.Context()
		stack := make([]uint64, 1)
		b.ReportAllocs()
		for b.Loop() {
			if err := f.CallWithStack(ctx, stack); err != nil {
				b.Fatal(err)
			}
		}
	})
	run("clock", func(p *proxy, _, _ uint64) { p.must("clock_time_get", clockMonotonic, 1, atResult) })
	run("random16", func(p *proxy, _, _ uint64) { p.must("random_get", atResult, 16) })
	run("seek", func(p *proxy, file, _ uint64) { p.must("fd_seek", file, 7, seekSet, atResult) })
	run("tell", func(p *proxy, file, _ uint64) { p.must("fd_tell", file, atResult) })
	run("fdstat", func(p *proxy, file, _ uint64) { p.must("fd_fdstat_get", file, atResult) })
	run("fstat", func(p *proxy, file, _ uint64) { p.must("fd_filestat_get", file, atResult) })
	run("pread1", func(p *proxy, file, _ uint64) {
		at, n := one(p, 1)
		p.must("fd_pread", file, at, n, 0, atResult)
	})
	run("pread64k", func(p *proxy, file, _ uint64) {
		at, n := one(p, pageSize)
		p.must("fd_pread", file, at, n, 0, atResult)
	})
	run("pwrite1", func(p *proxy, file, _ uint64) {
		at, n := one(p, 1)
		p.must("fd_pwrite", file, at, n, 0, atResult)
	})
	open := func(p *proxy, path, n uint64) {
		p.must("path_open", root, 0, path, n, 0, uint64(readRights), 0, 0, atResult)
		p.must("fd_close", uint64(p.u32(atResult)))
	}
	run("open_close_1", func(p *proxy, _, _ uint64) { open(p, atPath2, 4) })
	run("open_close_3", func(p *proxy, _, _ uint64) { open(p, atPath1, 8) })
	run("stat_1", func(p *proxy, _, _ uint64) { p.must("path_filestat_get", root, 0, atPath2, 4, atResult) })
	run("stat_3", func(p *proxy, _, _ uint64) { p.must("path_filestat_get", root, 0, atPath1, 8, atResult) })
	run("readdir100", func(p *proxy, _, hundred uint64) {
		p.must("fd_readdir", hundred, atData, dataSize, 0, atResult)
	})
	run("readdir100_small", func(p *proxy, _, hundred uint64) { p.list(hundred, 256) })
	run("create_unlink", func(p *proxy, _, _ uint64) {
		p.must("path_open", root, 0, atPath2+16, 3, oCreat, uint64(fileRights), 0, 0, atResult)
		p.must("fd_close", uint64(p.u32(atResult)))
		p.must("path_unlink_file", root, atPath2+16, 3)
	})
	run("read64k", func(p *proxy, file, _ uint64) {
		p.must("fd_seek", file, 0, seekSet, atResult)
		at, n := one(p, pageSize)
		p.must("fd_read", file, at, n, atResult)
	})
	run("write1", func(p *proxy, file, _ uint64) {
		p.must("fd_seek", file, 0, seekSet, atResult)
		at, n := one(p, 1)
		p.must("fd_write", file, at, n, atResult)
	})
	run("poll_clock", func(p *proxy, _, _ uint64) {
		p.putSubscriptions([]subscription{{fd: clockMonotonic}})
		p.must("poll_oneoff", atData, atEvents, 1, atResult)
	})
}
