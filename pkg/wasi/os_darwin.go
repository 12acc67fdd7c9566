package wasi

import (
	"time"

	"golang.org/x/sys/unix"
)

func preadv(fd int, bufs [][]byte, offset int64) (int, error)  { return unix.Preadv(fd, bufs, offset) }
func pwritev(fd int, bufs [][]byte, offset int64) (int, error) { return unix.Pwritev(fd, bufs, offset) }
func readv(fd int, bufs [][]byte) (int, error)                 { return unix.Readv(fd, bufs) }
func writev(fd int, bufs [][]byte) (int, error)                { return unix.Writev(fd, bufs) }

// osDatasync is fsync, because macOS has no fdatasync.
func osDatasync(fd int) error { return osSync(fd) }

// osAdvise does nothing. Advice may be ignored.
func osAdvise(int, int64, int64, uint32) error { return nil }

// osAllocate makes the file long enough. It reserves no blocks: macOS has no
// such call with an offset.
func osAllocate(fd int, offset, length int64) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if offset+length <= st.Size {
		return nil
	}
	return osTruncate(fd, offset+length)
}

// osPath returns no path: only Linux reports it without a search.
func osPath(int) string { return "" }

func statTimes(st *unix.Stat_t) (atim, mtim, ctim unix.Timespec) {
	return st.Atim, st.Mtim, st.Ctim
}

// utimeNow and utimeOmit are macOS's UTIME_NOW and UTIME_OMIT (sys/stat.h).
const (
	utimeNow  = -1
	utimeOmit = -2
)

// timespecs returns the times in the form of utimensat(2).
func (t *times) timespecs() (ts [2]unix.Timespec) {
	for i, spec := range t {
		switch spec.set {
		case timeKept:
			ts[i].Nsec = utimeOmit
		case timeNow:
			ts[i].Nsec = utimeNow
		case timeGiven:
			ts[i] = unix.NsecToTimespec(spec.ns)
		}
	}
	return ts
}

// setTimes replaces utimeNow and utimeOmit by times, because futimes(2) knows
// neither.
func setTimes(fd int, ts *[2]unix.Timespec) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	kept := [2]unix.Timespec{st.Atim, st.Mtim}
	var tv [2]unix.Timeval
	for i := range ts {
		ns := ts[i].Nano()
		switch ts[i].Nsec {
		case utimeOmit:
			ns = kept[i].Nano()
		case utimeNow:
			ns = time.Now().UnixNano()
		}
		tv[i] = unix.NsecToTimeval(ns)
	}
	return unix.Futimes(fd, tv[:])
}

// readableBytes is FIONREAD of macOS's sys/filio.h.
const readableBytes = 0x4004667f
