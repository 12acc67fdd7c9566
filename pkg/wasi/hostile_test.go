//go:build linux

package wasi_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// Values at the edges of every kind of parameter, for a memory of a page.
var (
	edges32 = []uint64{
		0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 31, 64, 4095, 4096,
		pageSize - 64, pageSize - 63, pageSize - 24, pageSize - 8, pageSize - 7, pageSize - 4, pageSize - 3,
		pageSize - 1, pageSize, pageSize + 1, 1 << 20, 1 << 29, 1<<30 + 1,
		1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 64, 1<<32 - 8, 1<<32 - 4, 1<<32 - 1,
	}
	edges64 = []uint64{
		0, 1, 2, 8, 64, 1 << 29, 1<<30 - 1, 1 << 30, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32,
		1 << 62, 1<<63 - 2, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 1,
	}
)

// usual are arguments that make sense in hostileGuest.
var usual = map[string]uint64{
	"fd": hostileFile, "to": 2, "old_fd": root, "new_fd": root,
	"path": 0x1000, "path_len": 4, "old_path": 0x1000, "old_path_len": 4, "new_path": 0x1010, "new_path_len": 3,
	"iovs": 0x1100, "iovs_len": 2, "ri_data": 0x1100, "ri_data_len": 2, "si_data": 0x1100, "si_data_len": 2,
	"buf": 0x2000, "buf_len": 256, "in": 0x3000, "out": 0x4000, "nsubscriptions": 2,
	"base": uint64(fileRights), "inheriting": 0, "len": 1, "size": 10, "how": 1, "sig": 16,
}

const (
	hostileListener, hostileFile, hostileDir = root + 2, root + 3, root + 4
	hostileResult                            = 0x5000 // of every parameter that is not in usual, and may be a place
)

// onDirectory are the functions whose fd is a directory.
func onDirectory(function string) bool {
	return function[:4] == "path" || function == "fd_readdir" || function == "fd_prestat_get" || function == "fd_prestat_dir_name"
}

// usualArgs are a call that makes sense.
func usualArgs(f wasi.Function) []uint64 {
	args := make([]uint64, len(f.Params))
	for i, name := range f.ParamNames {
		v, ok := usual[name]
		switch {
		case name == "fd" && onDirectory(f.Name):
			v = root
		case name == "fd" && f.Name[:4] == "sock":
			v = hostileListener
		case ok:
		case f.Params[i] == api.ValueTypeI32 && slices.Contains([]string{
			"argc", "argv", "argv_buf", "argv_buf_size", "environ", "environc", "environ_buf", "environ_buf_size", "resolution",
			"time", "stat", "filestat", "nread", "nwritten", "prestat", "bufused", "newoffset", "offset", "opened_fd", "nevents",
			"ro_datalen", "ro_flags", "so_datalen",
		}, name):
			v = hostileResult + uint64(8*i)
		}
		args[i] = v
	}
	return args
}

func hostileGuest(t testing.TB, options ...proxyOption) *proxy {
	dir := rightsTree(t)
	p := newProxy(t, wasi.Config{
		Args: []string{"guest", "argument"}, Env: []string{"A=1"},
		Preopens:  []*wasi.Preopen{preopen(t, dir, "/", wasi.ReadWrite), preopen(t, dir, "/ro", wasi.ReadOnly)},
		Listeners: []*os.File{loopback(t)},
	}, options...)
	if p.pages == 0 || p.pages == noMemory {
		return p
	}
	m := p.memory()
	copy(m[0x1000:], "file\x00")
	copy(m[0x1010:], "new\x00")
	for i, s := range []span{{0x2000, 100}, {0x2040, 100}} { // overlapping
		binary.LittleEndian.PutUint32(m[0x1100+8*i:], uint32(s.at))
		binary.LittleEndian.PutUint32(m[0x1100+8*i+4:], uint32(s.size))
	}
	m[0x3000+8], m[0x3000+16] = eventRead, hostileFile
	m[0x3000+48+8], m[0x3000+48+16] = eventWrite, 1
	at, n := p.put(0x1020, "dir")
	p.must("path_open", root, 0, 0x1000, 4, 0, uint64(fileRights), 0, 0, hostileResult)
	p.must("path_open", root, 0, at, n, oDirectory, uint64(rightFDReaddir), 0, 0, hostileResult)
	if fd := p.u32(hostileResult); fd != hostileDir {
		t.Fatalf("the directory is descriptor %d", fd)
	}
	clear(m[hostileResult : hostileResult+8])
	return p
}

// blocking are the functions that may wait; a context ends them.
var blocking = map[string]bool{"poll_oneoff": true, "sock_accept": true, "sock_recv": true}

// devours reports calls that a file system would take gigabytes for.
func devours(function string, args []uint64) bool {
	return function == "fd_allocate" && args[2] > 1<<20 && args[2] < 1<<60
}

// attack makes one call. The answer must be an errno, or the guest's end; a
// refusal must have written nothing.
func attack(t *testing.T, p *proxy, f wasi.Function, args, scratch []uint64, before []byte) {
	t.Helper()
	if devours(f.Name, args) {
		return
	}
	copy(scratch, args)
	ctx := p.ctx
	if blocking[f.Name] {
		timed, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		p.ctx = timed
	}
	errno, err := p.try(f.Name, scratch[:len(args)]...)
	p.ctx = ctx
	var exit *sys.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Fatalf("%s%x: %v", f.Name, args, err)
	case err != nil && !blocking[f.Name] && f.Name != "proc_exit" && f.Name != "proc_raise":
		t.Fatalf("%s%x ended the guest: %v", f.Name, args, err)
	case errno > wasi.ENOTCAPABLE:
		t.Fatalf("%s%x: no errno: %d", f.Name, args, errno)
	}
	if before == nil {
		return
	}
	m := p.memory()
	if bytes.Equal(m, before) {
		return
	}
	if errno != wasi.ESUCCESS || err != nil {
		t.Errorf("%s%x: %v, but memory was written", f.Name, args, errno)
	}
	copy(m, before)
}

// TestHostileArguments calls every function with every edge in each parameter
// alone, and with edges in several at once.
func TestHostileArguments(t *testing.T) {
	const combinations = 150
	debug.FreeOSMemory()
	heap, rss := memoryInUse(t)
	for module, m := range wasi.Modules() {
		options := []proxyOption{withPages(1)}
		if module == 1 {
			options = append(options, unstable)
		}
		for _, f := range m.Functions {
			p := hostileGuest(t, options...)
			before := slices.Clone(p.memory())
			random := rand.New(rand.NewPCG(1, uint64(module)))
			args, scratch := usualArgs(f), make([]uint64, 16)
			attack(t, p, f, args, scratch, before)
			edge := func(i int) []uint64 {
				if f.Params[i] == api.ValueTypeI64 {
					return edges64
				}
				return edges32
			}
			for i := range args {
				saved := args[i]
				for _, v := range edge(i) {
					args[i] = v
					attack(t, p, f, args, scratch, before)
				}
				args[i] = saved
			}
			mixed := make([]uint64, len(args))
			for range min(combinations, 1<<(3*len(args))) {
				for i := range mixed {
					mixed[i] = args[i]
					if values := edge(i); random.IntN(2) == 0 {
						mixed[i] = values[random.IntN(len(values))]
					}
				}
				attack(t, p, f, mixed, scratch, before)
			}
			p.destroy()
		}
	}
	wantBounded(t, "hostile arguments", heap, rss)
}

// memoryInUse returns the bytes of Go's heap, and of the process.
func memoryInUse(t testing.TB) (heap, rss int64) {
	t.Helper()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys - m.HeapReleased), residentBytes(t)
}

// wantBounded checks how much more memory the process has than before.
func wantBounded(t testing.TB, what string, heapBefore, rssBefore int64) {
	t.Helper()
	const bound = 64 << 20
	heap, rss := memoryInUse(t)
	if d := heap - heapBefore; d > bound {
		t.Errorf("%s: Go's heap grew by %d MiB", what, d>>20)
	}
	if d := rss - rssBefore; d > bound && !raceEnabled { // the race detector keeps a shadow of its own
		t.Errorf("%s: the process grew by %d MiB", what, d>>20)
	}
}

func TestHostileCounts(t *testing.T) {
	p := hostileGuest(t, withPages(128))
	debug.FreeOSMemory()
	heap, rss := memoryInUse(t)
	m := p.memory()
	const result = 0x5000
	for _, n := range []uint64{1025, 1 << 20, 1 << 29, 1<<29 + 1, 1 << 31, 1<<32 - 1} {
		for _, function := range []string{"fd_read", "fd_write"} {
			p.want(wasi.EINVAL, function, hostileFile, 0x10000, n, result)
		}
		for _, function := range []string{"fd_pread", "fd_pwrite"} {
			p.want(wasi.EINVAL, function, hostileFile, 0x10000, n, 0, result)
		}
	}
	for _, n := range []uint64{0, 1<<16 + 1, 1 << 20, 1 << 30, 1<<31 + 1, 1<<32 - 1} {
		p.want(wasi.EINVAL, "poll_oneoff", 0x10000, 0x10000, n, result)
	}
	// As many as there may be: all due at once, and over themselves.
	clear(m[0x10000:])
	p.must("poll_oneoff", 0x10000, 0x10000, 1<<16, result)
	if n := p.u32(result); n != 1<<16 {
		t.Errorf("%d events of %d", n, 1<<16)
	}
	// 1024 buffers that are all the same memory.
	for i := range 1024 {
		binary.LittleEndian.PutUint32(m[0x10000+8*i:], 0x20000)
		binary.LittleEndian.PutUint32(m[0x10000+8*i+4:], 1<<20)
	}
	p.must("fd_read", hostileFile, 0x10000, 1024, result)
	for i := range 1024 { // sum past 31 bits
		binary.LittleEndian.PutUint32(m[0x10000+8*i+4:], 1<<21)
	}
	p.want(wasi.EINVAL, "fd_read", hostileFile, 0x10000, 1024, result)
	for _, fd := range []uint64{1000, 4096, 1 << 20, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
		p.want(wasi.EBADF, "fd_renumber", hostileFile, fd)
		p.want(wasi.EBADF, "fd_renumber", fd, hostileFile)
		p.want(wasi.EBADF, "fd_close", fd)
	}
	p.must("random_get", 0, uint64(len(m)))
	p.want(wasi.EFAULT, "random_get", 1, uint64(len(m)))
	wantBounded(t, "hostile counts", heap, rss)
}

// A guest that takes all that it gets: descriptors up to the limit, each a
// directory that it reads.
func TestHostileAppetite(t *testing.T) {
	dir := rightsTree(t)
	const limit = 1500
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, dir), Limits: wasi.Limits{FDs: limit}})
	debug.FreeOSMemory()
	heap, rss := memoryInUse(t)
	opened := 0
	for {
		fd, errno := p.open(openParams{dir: root, path: ".", oflags: oDirectory, base: rightFDReaddir})
		if errno != 0 {
			if errno != wasi.EMFILE {
				t.Errorf("at the end: %v, want EMFILE", errno)
			}
			break
		}
		if _, _, errno := p.readdir(fd, 100, 0); errno != 0 {
			t.Fatal(errno)
		}
		opened++
	}
	if want := limit - root - 1; opened != want {
		t.Errorf("%d descriptors opened, want %d", opened, want)
	}
	wantBounded(t, "hostile appetite", heap, rss)
}

// Long paths and names cost nothing, and are an errno.
func TestHostilePaths(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, rightsTree(t))}, withPages(64))
	long := bytes.Repeat([]byte("a/"), 31*pageSize)
	copy(p.memory()[0x10000:], long)
	for _, n := range []uint64{4096, 1 << 16, uint64(len(long))} {
		p.want(wasi.ENAMETOOLONG, "path_create_directory", root, 0x10000, n)
		p.want(wasi.ENAMETOOLONG, "path_unlink_file", root, 0x10000, n)
		p.want(wasi.ENAMETOOLONG, "path_filestat_get", root, follow, 0x10000, n, atResult)
		p.want(wasi.ENAMETOOLONG, "path_open", root, follow, 0x10000, n, oCreat, 0, 0, 0, atResult)
		p.want(wasi.ENAMETOOLONG, "path_symlink", 0x10000, n, root, atPath1, 1)
	}
	at, n := p.path1("a\x00b")
	p.want(wasi.EINVAL, "path_create_directory", root, at, n)
	p.want(wasi.ENOENT, "path_create_directory", root, at, 0)
	for _, path := range []string{"..", "../x", "/", "/etc/passwd", "dir/../..", "dir/../../x"} {
		for _, function := range []string{"path_create_directory", "path_unlink_file", "path_remove_directory"} {
			if errno := p.on(function, root, path); errno != wasi.ENOTCAPABLE {
				t.Errorf("%s of %q: %v, want ENOTCAPABLE", function, path, errno)
			}
		}
		if _, errno := p.pathStat(root, path, 0); errno != wasi.ENOTCAPABLE {
			t.Errorf("stat of %q: %v", path, errno)
		}
		if _, errno := p.open(openParams{dir: root, path: path, base: readRights}); errno != wasi.ENOTCAPABLE {
			t.Errorf("open of %q: %v", path, errno)
		}
	}
}

// A guest without memory, or with none of it, gets an errno for every call.
func TestHostileWithoutMemory(t *testing.T) {
	for _, pages := range []int{noMemory, 0} {
		for _, m := range wasi.Modules()[:1] {
			for _, f := range m.Functions {
				p := hostileGuest(t, withPages(pages))
				for _, v := range append([]uint64{1 << 16}, edges32...) {
					args := usualArgs(f)
					for i := range args {
						if args[i] >= 0x1000 {
							args[i] = v
						}
					}
					attack(t, p, f, args, make([]uint64, 16), nil)
				}
				p.destroy()
			}
		}
	}
}

func TestExits(t *testing.T) {
	p := newProxy(t, wasi.Config{})
	for _, code := range []uint64{0, 1, 125, 255, 256, 1 << 31, 1<<32 - 1} {
		_, err := p.try("proc_exit", code)
		wantExit(t, err, uint32(code))
	}
	for sig := range uint64(33) {
		errno, err := p.try("proc_raise", sig)
		switch {
		case sig > 30:
			if errno != wasi.EINVAL || err != nil {
				t.Errorf("signal %d: %v %v", sig, errno, err)
			}
		case sig == 0, sig == 16, sig == 17, sig == 22, sig == 27: // none, CHLD, CONT, URG, WINCH
			if errno != wasi.ESUCCESS || err != nil {
				t.Errorf("signal %d: %v %v", sig, errno, err)
			}
		case sig >= 18 && sig <= 21: // those that stop
			if errno != wasi.ENOTSUP || err != nil {
				t.Errorf("signal %d: %v %v", sig, errno, err)
			}
		default:
			wantExit(t, err, uint32(128+sig))
		}
	}
}
