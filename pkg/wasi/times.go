package wasi

import "math"

// timeSpec is the new value of a timestamp.
type timeSpec struct {
	ns  int64 // since the epoch, for timeGiven
	set timeSetting
}

type timeSetting uint8

const (
	timeKept timeSetting = iota
	timeGiven
	timeNow
)

// times are a file's access and modification time, in that order.
type times [2]timeSpec

// newTimes decodes the last three parameters of fd_filestat_set_times and
// path_filestat_set_times.
func newTimes(atim, mtim uint64, flags uint32) (times, Errno) {
	if flags&^uint32(allFstflags) != 0 {
		return times{}, EINVAL
	}
	f := fstflags(flags)
	a, errno := newTime(atim, f&fstAtim != 0, f&fstAtimNow != 0)
	if errno != ESUCCESS {
		return times{}, errno
	}
	m, errno := newTime(mtim, f&fstMtim != 0, f&fstMtimNow != 0)
	return times{a, m}, errno
}

func newTime(ns uint64, given, now bool) (timeSpec, Errno) {
	switch {
	case given && now, given && ns > math.MaxInt64:
		return timeSpec{}, EINVAL
	case given:
		return timeSpec{int64(ns), timeGiven}, ESUCCESS
	case now:
		return timeSpec{set: timeNow}, ESUCCESS
	}
	return timeSpec{}, ESUCCESS
}
