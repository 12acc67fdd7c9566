package wasi_test

import (
	"encoding/binary"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// Where the helpers below keep things in the proxy's memory.
const (
	atResult = 0x100
	atIovecs = 0x200 // 1024 of them at most
	atPath1  = 0x4000
	atPath2  = 0x6000
	atData   = 0x8000
	dataSize = 2 * pageSize
)

// Constants of preview1, which the package keeps to itself.
const (
	oCreat, oDirectory, oExcl, oTrunc         = 1, 2, 4, 8
	fAppend, fDsync, fNonblock, fRsync, fSync = 1, 2, 4, 8, 16
	follow                                    = 1
	seekSet, seekCur, seekEnd                 = 0, 1, 2
	setAtim, setAtimNow, setMtim, setMtimNow  = 1, 2, 4, 8
	typeUnknown, typeBlock, typeChar          = 0, 1, 2
	typeDir, typeFile, typeDgram, typeStream  = 3, 4, 5, 6
	typeLink                                  = 7
	eventClock, eventRead, eventWrite         = 0, 1, 2
	clockRealtime, clockMonotonic             = 0, 1
)

const (
	readRights  = rightFDRead | rightFDSeek | rightFDTell | rightFDFilestatGet
	writeRights = rightFDWrite | rightFDSeek | rightFDTell | rightFDFilestatGet |
		rightFDFilestatSetSize | rightFDAllocate | rightFDFdstatSetFlags
	fileRights = readRights | writeRights | rightFDSync | rightFDDatasync | rightFDAdvise |
		rightFDFilestatSetTimes | rightPollFDReadwrite
)

// root is the descriptor of the first preopen.
const root = 3

// path1 and path2 put a path into the memory and return where it is.
func (p *proxy) path1(s string) (at, n uint64) { return p.put(atPath1, s) }
func (p *proxy) path2(s string) (at, n uint64) { return p.put(atPath2, s) }

func (p *proxy) put(at int, s string) (uint64, uint64) {
	copy(p.memory()[at:], s)
	return uint64(at), uint64(len(s))
}

// iovecs lists parts of the memory.
func (p *proxy) iovecs(spans ...span) (at, n uint64) {
	m := p.memory()
	for i, s := range spans {
		binary.LittleEndian.PutUint32(m[atIovecs+8*i:], uint32(s.at))
		binary.LittleEndian.PutUint32(m[atIovecs+8*i+4:], uint32(s.size))
	}
	return atIovecs, uint64(len(spans))
}

// openParams is path_open, without the parameters that a test seldom changes.
type openParams struct {
	dir     uint64
	path    string
	lookup  uint64
	oflags  uint64
	base    rights
	inherit rights
	fdflags uint64
}

func (p *proxy) open(o openParams) (fd uint64, errno wasi.Errno) {
	at, n := p.path1(o.path)
	if errno := p.call("path_open", o.dir, o.lookup, at, n, o.oflags, uint64(o.base), uint64(o.inherit), o.fdflags, atResult); errno != 0 {
		return 0, errno
	}
	return uint64(p.u32(atResult)), 0
}

func (p *proxy) mustOpen(o openParams) uint64 {
	p.t.Helper()
	fd, errno := p.open(o)
	if errno != 0 {
		p.t.Fatalf("path_open %+v: %v", o, errno)
	}
	return fd
}

// openRW opens or makes a file in the root with the rights of files.
func (p *proxy) openRW(path string) uint64 {
	p.t.Helper()
	return p.mustOpen(openParams{dir: root, path: path, lookup: follow, oflags: oCreat, base: fileRights})
}

func (p *proxy) openDir(path string) uint64 {
	p.t.Helper()
	return p.mustOpen(openParams{dir: root, path: path, oflags: oDirectory, lookup: follow,
		base: rightFDReaddir | rightPathOpen | rightPathFilestatGet, inherit: fileRights})
}

func (p *proxy) read(fd uint64, n int) (string, wasi.Errno) {
	at, count := p.iovecs(span{atData, n})
	return p.data(p.call("fd_read", fd, at, count, atResult))
}

func (p *proxy) pread(fd uint64, n int, offset uint64) (string, wasi.Errno) {
	at, count := p.iovecs(span{atData, n})
	return p.data(p.call("fd_pread", fd, at, count, offset, atResult))
}

func (p *proxy) data(errno wasi.Errno) (string, wasi.Errno) {
	if errno != 0 {
		return "", errno
	}
	return string(p.memory()[atData : atData+int(p.u32(atResult))]), 0
}

func (p *proxy) write(fd uint64, s string) (int, wasi.Errno) {
	p.put(atData, s)
	at, count := p.iovecs(span{atData, len(s)})
	return p.count(p.call("fd_write", fd, at, count, atResult))
}

func (p *proxy) pwrite(fd uint64, s string, offset uint64) (int, wasi.Errno) {
	p.put(atData, s)
	at, count := p.iovecs(span{atData, len(s)})
	return p.count(p.call("fd_pwrite", fd, at, count, offset, atResult))
}

func (p *proxy) count(errno wasi.Errno) (int, wasi.Errno) {
	if errno != 0 {
		return 0, errno
	}
	return int(p.u32(atResult)), 0
}

func (p *proxy) seek(fd uint64, offset int64, whence uint64) (uint64, wasi.Errno) {
	if errno := p.call("fd_seek", fd, uint64(offset), whence, atResult); errno != 0 {
		return 0, errno
	}
	return p.u64(atResult), 0
}

func (p *proxy) tell(fd uint64) (uint64, wasi.Errno) {
	if errno := p.call("fd_tell", fd, atResult); errno != 0 {
		return 0, errno
	}
	return p.u64(atResult), 0
}

// fileStat is a filestat, decoded.
type fileStat struct {
	dev, ino         uint64
	filetype         byte
	nlink            uint64
	size             uint64
	atim, mtim, ctim uint64
}

func (p *proxy) stat(fd uint64) (fileStat, wasi.Errno) {
	errno := p.call("fd_filestat_get", fd, atResult)
	return p.filestat(), errno
}

func (p *proxy) pathStat(dir uint64, path string, lookup uint64) (fileStat, wasi.Errno) {
	at, n := p.path1(path)
	errno := p.call("path_filestat_get", dir, lookup, at, n, atResult)
	return p.filestat(), errno
}

func (p *proxy) filestat() fileStat {
	return fileStat{
		dev: p.u64(atResult), ino: p.u64(atResult + 8), filetype: p.memory()[atResult+16], nlink: p.u64(atResult + 24),
		size: p.u64(atResult + 32), atim: p.u64(atResult + 40), mtim: p.u64(atResult + 48), ctim: p.u64(atResult + 56),
	}
}

// fdStat is an fdstat, decoded.
type fdStat struct {
	filetype      byte
	flags         uint16
	base, inherit rights
}

func (p *proxy) fdstat(fd uint64) fdStat {
	p.t.Helper()
	p.must("fd_fdstat_get", fd, atResult)
	m := p.memory()[atResult:]
	return fdStat{m[0], binary.LittleEndian.Uint16(m[2:]), rights(p.u64(atResult + 8)), rights(p.u64(atResult + 16))}
}

// path operations on one path beneath a descriptor.
func (p *proxy) on(function string, dir uint64, path string) wasi.Errno {
	at, n := p.path1(path)
	return p.call(function, dir, at, n)
}

func (p *proxy) rename(from uint64, old string, to uint64, path string) wasi.Errno {
	at1, n1 := p.path1(old)
	at2, n2 := p.path2(path)
	return p.call("path_rename", from, at1, n1, to, at2, n2)
}

func (p *proxy) link(from uint64, old string, to uint64, path string) wasi.Errno {
	at1, n1 := p.path1(old)
	at2, n2 := p.path2(path)
	return p.call("path_link", from, 0, at1, n1, to, at2, n2)
}

func (p *proxy) symlink(target string, dir uint64, path string) wasi.Errno {
	at1, n1 := p.path1(target)
	at2, n2 := p.path2(path)
	return p.call("path_symlink", at1, n1, dir, at2, n2)
}

func (p *proxy) readlink(dir uint64, path string, size int) (string, wasi.Errno) {
	at, n := p.path1(path)
	return p.data(p.call("path_readlink", dir, at, n, atData, uint64(size), atResult))
}

// dirent is an entry of a directory.
type dirent struct {
	next, ino uint64
	filetype  byte
	name      string
}

const direntHead = 24

// readdir makes one call of fd_readdir. It returns the whole entries, and
// whether the directory is at its end.
func (p *proxy) readdir(dir uint64, size int, cookie uint64) (entries []dirent, end bool, errno wasi.Errno) {
	if errno := p.call("fd_readdir", dir, atData, uint64(size), cookie, atResult); errno != 0 {
		return nil, false, errno
	}
	used := int(p.u32(atResult))
	b := p.memory()[atData : atData+used]
	for len(b) >= direntHead {
		n := int(binary.LittleEndian.Uint32(b[16:]))
		if len(b) < direntHead+n {
			break
		}
		entries = append(entries, dirent{
			binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), b[20], string(b[direntHead : direntHead+n]),
		})
		b = b[direntHead+n:]
	}
	return entries, used < size, 0
}

// list reads a directory whole, as a libc does.
func (p *proxy) list(dir uint64, size int) (all []dirent) {
	p.t.Helper()
	cookie := uint64(0)
	for {
		entries, end, errno := p.readdir(dir, size, cookie)
		if errno != 0 {
			p.t.Fatalf("fd_readdir: %v", errno)
		}
		all = append(all, entries...)
		if end {
			return all
		}
		if len(entries) == 0 {
			if size *= 2; size > dataSize { // a name that does not fit
				p.t.Fatal("fd_readdir makes no progress")
			}
			continue
		}
		cookie = entries[len(entries)-1].next
	}
}

// subscription is one of poll_oneoff's; event is its answer.
type subscription struct {
	userdata uint64
	kind     byte
	fd       uint32 // or the clock
	timeout  uint64
	flags    uint16
}

type event struct {
	userdata uint64
	errno    wasi.Errno
	kind     byte
	bytes    uint64
	flags    uint16
}

const (
	subscriptionSize = 48
	eventSize        = 32
	atEvents         = atData + pageSize
)

func (p *proxy) putSubscriptions(subs []subscription) {
	m := p.memory()
	for i, s := range subs {
		b := m[atData+subscriptionSize*i:][:subscriptionSize]
		clear(b)
		binary.LittleEndian.PutUint64(b, s.userdata)
		b[8] = s.kind
		binary.LittleEndian.PutUint32(b[16:], s.fd)
		binary.LittleEndian.PutUint64(b[24:], s.timeout)
		binary.LittleEndian.PutUint16(b[40:], s.flags)
	}
}

func (p *proxy) tryPoll(subs ...subscription) ([]event, wasi.Errno, error) {
	p.putSubscriptions(subs)
	errno, err := p.try("poll_oneoff", atData, atEvents, uint64(len(subs)), atResult)
	if errno != 0 || err != nil {
		return nil, errno, err
	}
	var events []event
	for i := range int(p.u32(atResult)) {
		b := p.memory()[atEvents+eventSize*i:]
		events = append(events, event{
			binary.LittleEndian.Uint64(b), wasi.Errno(binary.LittleEndian.Uint16(b[8:])), b[10],
			binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint16(b[24:]),
		})
	}
	return events, 0, nil
}

func (p *proxy) poll(subs ...subscription) []event {
	p.t.Helper()
	events, errno, err := p.tryPoll(subs...)
	if errno != 0 || err != nil {
		p.t.Fatalf("poll_oneoff: %v %v", errno, err)
	}
	return events
}
