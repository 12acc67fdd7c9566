package wasi

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// valueNames are what the values of a parameter's type are called: bits of a
// set, or numbers of an enumeration.
type valueNames struct {
	kind  string
	set   bool
	names []string
}

// traceNames is no map, which would be filled at every start of the program.
var traceNames = []valueNames{
	{"fdflags", true, []string{"APPEND", "DSYNC", "NONBLOCK", "RSYNC", "SYNC"}},
	{"oflags", true, []string{"CREAT", "DIRECTORY", "EXCL", "TRUNC"}},
	{"lookupflags", true, []string{"SYMLINK_FOLLOW"}},
	{"fstflags", true, []string{"ATIM", "ATIM_NOW", "MTIM", "MTIM_NOW"}},
	{"riflags", true, []string{"PEEK", "WAITALL"}},
	{"sdflags", true, []string{"RD", "WR"}},
	{"rights", true, []string{
		"FD_DATASYNC", "FD_READ", "FD_SEEK", "FD_FDSTAT_SET_FLAGS", "FD_SYNC", "FD_TELL",
		"FD_WRITE", "FD_ADVISE", "FD_ALLOCATE", "PATH_CREATE_DIRECTORY", "PATH_CREATE_FILE",
		"PATH_LINK_SOURCE", "PATH_LINK_TARGET", "PATH_OPEN", "FD_READDIR", "PATH_READLINK",
		"PATH_RENAME_SOURCE", "PATH_RENAME_TARGET", "PATH_FILESTAT_GET",
		"PATH_FILESTAT_SET_SIZE", "PATH_FILESTAT_SET_TIMES", "FD_FILESTAT_GET",
		"FD_FILESTAT_SET_SIZE", "FD_FILESTAT_SET_TIMES", "PATH_SYMLINK",
		"PATH_REMOVE_DIRECTORY", "PATH_UNLINK_FILE", "POLL_FD_READWRITE", "SOCK_SHUTDOWN",
		"SOCK_ACCEPT",
	}},
	{"clockid", false, []string{"REALTIME", "MONOTONIC", "PROCESS_CPUTIME_ID", "THREAD_CPUTIME_ID"}},
	{"whence", false, []string{"SET", "CUR", "END"}},
	{"advice", false, []string{"NORMAL", "SEQUENTIAL", "RANDOM", "WILLNEED", "DONTNEED", "NOREUSE"}},
	{"filetype", false, []string{"UNKNOWN", "BLOCK_DEVICE", "CHARACTER_DEVICE", "DIRECTORY", "REGULAR_FILE", "SOCKET_DGRAM", "SOCKET_STREAM", "SYMBOLIC_LINK"}},
	{"signal", false, []string{
		"NONE", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
		"SEGV", "USR2", "PIPE", "ALRM", "TERM", "CHLD", "CONT", "STOP", "TSTP", "TTIN",
		"TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS",
	}},
}

// namesOf returns nil for a type whose values have no names.
func namesOf(kind string) *valueNames {
	for i := range traceNames {
		if traceNames[i].kind == kind {
			return &traceNames[i]
		}
	}
	return nil
}

// traceDataMax is how many bytes of a path or of a buffer a line shows.
const traceDataMax = 32

// before appends a parameter as the guest passed it.
func (p traceParam) before(line []byte, m memory, v []uint64) []byte {
	switch p.kind {
	case "fd", "u32":
		return strconv.AppendUint(line, uint64(uint32(v[0])), 10)
	case "u64":
		return strconv.AppendUint(line, v[0], 10)
	case "s64":
		return strconv.AppendInt(line, int64(v[0]), 10)
	case "path":
		b, errno := m.bytes(uint32(v[0]), uint32(v[1]))
		if errno != ESUCCESS {
			return fmt.Appendf(line, "%#x+%d", uint32(v[0]), uint32(v[1]))
		}
		return appendData(line, b, len(b))
	case "iovs", "iovsout":
		return p.appendIovecs(line, m, uint32(v[0]), uint32(v[1]))
	case "whence":
		if p.unstable && v[0] < 3 {
			return appendNamed(line, "whence", [3]uint64{whenceCur, whenceEnd, whenceSet}[v[0]])
		}
	}
	if namesOf(p.kind) != nil {
		return appendNamed(line, p.kind, v[0])
	}
	return fmt.Appendf(line, "%#x", uint32(v[0]))
}

// after appends what the call put where the parameter points; v are all the
// values that were passed.
func (p traceParam) after(line []byte, m memory, v []uint64) []byte {
	at := uint32(v[p.index])
	switch p.kind {
	case "out32":
		if b, errno := m.bytes(at, 4); errno == ESUCCESS {
			return fmt.Appendf(line, " %s=%d", p.name, binary.LittleEndian.Uint32(b))
		}
	case "out64":
		if b, errno := m.bytes(at, 8); errno == ESUCCESS {
			return fmt.Appendf(line, " %s=%d", p.name, binary.LittleEndian.Uint64(b))
		}
	case "fdstat":
		if b, errno := m.bytes(at, fdstatSize); errno == ESUCCESS {
			line = appendNamed(append(line, " filetype="...), "filetype", uint64(b[0]))
			line = appendNamed(append(line, " flags="...), "fdflags", uint64(binary.LittleEndian.Uint16(b[2:])))
			return appendNamed(append(line, " base="...), "rights", binary.LittleEndian.Uint64(b[8:]))
		}
	case "filestat":
		size := 32
		if p.unstable {
			size = 24
		}
		if b, errno := m.bytes(at, filestatSizeUnstable); errno == ESUCCESS {
			line = appendNamed(append(line, " filetype="...), "filetype", uint64(b[16]))
			return fmt.Appendf(line, " ino=%d size=%d", binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[size:]))
		}
	case "prestat":
		if b, errno := m.bytes(at, prestatSize); errno == ESUCCESS {
			return fmt.Appendf(line, " name_len=%d", binary.LittleEndian.Uint32(b[4:]))
		}
	case "outpath":
		if b, errno := m.bytes(at, uint32(v[p.index+1])); errno == ESUCCESS {
			if i := strings.IndexByte(string(b), 0); i >= 0 {
				b = b[:i]
			}
			return appendData(append(append(append(line, ' '), p.name...), '='), b, len(b))
		}
	}
	return line
}

// appendIovecs shows how many buffers there are, their bytes together, and the
// beginning of what is written.
func (p traceParam) appendIovecs(line []byte, m memory, ptr, count uint32) []byte {
	bufs, errno := m.iovecs(nil, ptr, count)
	if errno != ESUCCESS {
		return fmt.Appendf(line, "%#x[%d]", ptr, count)
	}
	total := 0
	for _, b := range bufs {
		total += len(b)
	}
	if p.kind == "iovs" && len(bufs) > 0 {
		line = appendData(line, bufs[0], total)
	}
	return fmt.Appendf(line, "[%d: %d bytes]", count, total)
}

// appendData quotes the beginning of b; a total beyond what is shown is told
// by dots.
func appendData(line, b []byte, total int) []byte {
	shown := b[:min(len(b), traceDataMax)]
	if len(b) == total && len(b) <= 4*traceDataMax {
		shown = b // a path is worth its whole length
	}
	line = strconv.AppendQuote(line, string(shown))
	if len(shown) < total {
		line = append(line, "..."...)
	}
	return line
}

// maxNamedRights is how many rights are worth their names.
const maxNamedRights = 6

// appendNamed gives a value its names; bits or numbers without one are shown
// as they are.
func appendNamed(line []byte, kind string, v uint64) []byte {
	t := namesOf(kind)
	if kind != "rights" {
		v = uint64(uint32(v))
	}
	if !t.set {
		if v < uint64(len(t.names)) {
			return append(line, t.names[v]...)
		}
		return strconv.AppendUint(line, v, 10)
	}
	all := uint64(1)<<len(t.names) - 1
	switch {
	case v == 0:
		return append(line, '0')
	case kind == "rights" && bits.OnesCount64(v) > maxNamedRights:
		return fmt.Appendf(line, "%#x", v) // a line of names nobody reads
	}
	sep := ""
	for i, name := range t.names {
		if v&(1<<i) != 0 {
			line = append(append(line, sep...), name...)
			sep = "|"
		}
	}
	if rest := v &^ all; rest != 0 {
		line = fmt.Appendf(line, "%s%#x", sep, rest)
	}
	return line
}
