//go:build linux

package wasi_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// direct is a module with a memory, without wazero: its host functions are
// called as wazero calls them.
type direct struct {
	api.Module
	memory directMemory
	ctx    context.Context
	calls  map[string]api.GoModuleFunction
	stack  [16]uint64
}

type directMemory struct {
	api.Memory
	bytes []byte
}

func (d *direct) Memory() api.Memory { return &d.memory }
func (m *directMemory) Size() uint32 { return uint32(len(m.bytes)) }
func (m *directMemory) Read(offset, n uint32) ([]byte, bool) {
	return m.bytes[offset : offset+n : offset+n], true
}

func newDirect(t testing.TB, cfg wasi.Config) *direct {
	t.Helper()
	s, err := wasi.NewSystem(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	d := &direct{
		memory: directMemory{bytes: make([]byte, 4*pageSize)},
		ctx:    wasi.WithSystem(context.Background(), s), calls: map[string]api.GoModuleFunction{},
	}
	for _, f := range wasi.Modules()[0].Functions {
		d.calls[f.Name] = f.Call
	}
	return d
}

func (d *direct) call(function string, args ...uint64) wasi.Errno {
	copy(d.stack[:], args)
	d.calls[function].Call(d.ctx, d, d.stack[:max(len(args), 1)])
	return wasi.Errno(d.stack[0])
}

// The calls that programs make all the time allocate nothing.
func TestHotCallsAllocateNothing(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "0123456789")
	r, w := pipe(t)
	w.WriteString("some bytes of a pipe, enough for all the reads")
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	d := newDirect(t, wasi.Config{Stdin: r, Stdout: null, Preopens: asRoot(t, dir)})
	m := d.memory.bytes
	copy(m[atPath1:], "file")
	if errno := d.call("path_open", root, 0, atPath1, 4, 0, uint64(fileRights), 0, 0, atResult); errno != 0 {
		t.Fatal(errno)
	}
	const file = root + 1
	copy(m[atIovecs:], "\x00\x80\x00\x00\x01\x00\x00\x00") // one byte at atData
	copy(m[atIovecs+8:], m[atIovecs:atIovecs+8])
	m[atData+48+8], m[atData+48+16] = eventWrite, 1 // after a clock that is due
	m[atData+2*48+8], m[atData+2*48+16] = eventRead, file

	for _, test := range []struct {
		name string
		args []uint64
	}{
		{"fd_read", []uint64{file, atIovecs, 1, atResult}},
		{"fd_read", []uint64{0, atIovecs, 1, atResult}},
		{"fd_write", []uint64{file, atIovecs, 1, atResult}},
		{"fd_write", []uint64{1, atIovecs, 1, atResult}},
		{"fd_write", []uint64{2, atIovecs, 2, atResult}},
		{"fd_pread", []uint64{file, atIovecs, 1, 0, atResult}},
		{"fd_pwrite", []uint64{file, atIovecs, 1, 0, atResult}},
		{"fd_seek", []uint64{file, 3, seekSet, atResult}},
		{"fd_seek", []uint64{file, 0, seekEnd, atResult}},
		{"fd_tell", []uint64{file, atResult}},
		{"fd_fdstat_get", []uint64{file, atResult}},
		{"fd_filestat_get", []uint64{file, atResult}},
		{"fd_prestat_get", []uint64{root, atResult}},
		{"fd_prestat_dir_name", []uint64{root, atResult, 1}},
		{"path_filestat_get", []uint64{root, 0, atPath1, 4, atResult}},
		{"clock_time_get", []uint64{clockRealtime, 1, atResult}},
		{"clock_time_get", []uint64{clockMonotonic, 1, atResult}},
		{"clock_res_get", []uint64{clockMonotonic, atResult}},
		{"random_get", []uint64{atData + 1024, 16}},
		{"args_sizes_get", []uint64{atResult, atResult + 4}},
		{"environ_get", []uint64{atResult, atResult + 4}},
		{"sched_yield", nil},
		{"poll_oneoff", []uint64{atData, atEvents, 1, atResult}},
		{"poll_oneoff", []uint64{atData, atEvents, 3, atResult}},
		{"fd_readdir", []uint64{root, atData + 4096, 4096, 0, atResult}},
	} {
		var errno wasi.Errno
		allocs := testing.AllocsPerRun(20, func() {
			if e := d.call(test.name, test.args...); e != 0 {
				errno = e
			}
		})
		if errno != 0 {
			t.Errorf("%s%v: %v", test.name, test.args, errno)
		}
		if allocs != 0 {
			t.Errorf("%s%v: %v allocations a call, want none", test.name, test.args, allocs)
		}
	}
}
