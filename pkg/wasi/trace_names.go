package wasi

import (
	"fmt"
	"math/bits"
	"strconv"
)

// valueNames are the names of a type's values, spelled as in the preview1
// documents. They are composite literals without a map, so the linker lays them
// out and they cost nothing at the start of the program.
type valueNames struct {
	set   bool     // the value is a set of flags
	names []string // of the bits of a set, or of the numbers from 0
	max   int      // a set with more flags is shown as a number; 0 for no limit
}

var (
	fdflagsNames     = valueNames{set: true, names: []string{"APPEND", "DSYNC", "NONBLOCK", "RSYNC", "SYNC"}}
	oflagsNames      = valueNames{set: true, names: []string{"CREAT", "DIRECTORY", "EXCL", "TRUNC"}}
	lookupflagsNames = valueNames{set: true, names: []string{"SYMLINK_FOLLOW"}}
	fstflagsNames    = valueNames{set: true, names: []string{"ATIM", "ATIM_NOW", "MTIM", "MTIM_NOW"}}
	riflagsNames     = valueNames{set: true, names: []string{"PEEK", "WAITALL"}}
	sdflagsNames     = valueNames{set: true, names: []string{"RD", "WR"}}
	rightsNames      = valueNames{set: true, max: 6, names: []string{
		"FD_DATASYNC", "FD_READ", "FD_SEEK", "FD_FDSTAT_SET_FLAGS", "FD_SYNC", "FD_TELL",
		"FD_WRITE", "FD_ADVISE", "FD_ALLOCATE", "PATH_CREATE_DIRECTORY", "PATH_CREATE_FILE",
		"PATH_LINK_SOURCE", "PATH_LINK_TARGET", "PATH_OPEN", "FD_READDIR", "PATH_READLINK",
		"PATH_RENAME_SOURCE", "PATH_RENAME_TARGET", "PATH_FILESTAT_GET",
		"PATH_FILESTAT_SET_SIZE", "PATH_FILESTAT_SET_TIMES", "FD_FILESTAT_GET",
		"FD_FILESTAT_SET_SIZE", "FD_FILESTAT_SET_TIMES", "PATH_SYMLINK",
		"PATH_REMOVE_DIRECTORY", "PATH_UNLINK_FILE", "POLL_FD_READWRITE", "SOCK_SHUTDOWN",
		"SOCK_ACCEPT",
	}}

	clockIDNames  = valueNames{names: []string{"REALTIME", "MONOTONIC", "PROCESS_CPUTIME_ID", "THREAD_CPUTIME_ID"}}
	whenceNames   = valueNames{names: []string{"SET", "CUR", "END"}}
	adviceNames   = valueNames{names: []string{"NORMAL", "SEQUENTIAL", "RANDOM", "WILLNEED", "DONTNEED", "NOREUSE"}}
	filetypeNames = valueNames{names: []string{
		"UNKNOWN", "BLOCK_DEVICE", "CHARACTER_DEVICE", "DIRECTORY", "REGULAR_FILE",
		"SOCKET_DGRAM", "SOCKET_STREAM", "SYMBOLIC_LINK",
	}}
	signalNames = valueNames{names: []string{
		"NONE", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
		"SEGV", "USR2", "PIPE", "ALRM", "TERM", "CHLD", "CONT", "STOP", "TSTP", "TTIN",
		"TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS",
	}}
)

// append appends the names of a value. Numbers and flags without a name are
// appended as numbers.
func (n *valueNames) append(line []byte, v uint64) []byte {
	if !n.set {
		if v < uint64(len(n.names)) {
			return append(line, n.names[v]...)
		}
		return strconv.AppendUint(line, v, 10)
	}
	switch {
	case v == 0:
		return append(line, '0')
	case n.max > 0 && bits.OnesCount64(v) > n.max:
		return fmt.Appendf(line, "%#x", v)
	}
	sep := ""
	for i, name := range n.names {
		if v&(1<<i) != 0 {
			line = append(append(line, sep...), name...)
			sep = "|"
		}
	}
	if rest := v &^ (1<<len(n.names) - 1); rest != 0 {
		line = fmt.Appendf(line, "%s%#x", sep, rest)
	}
	return line
}
