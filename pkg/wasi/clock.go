package wasi

import "time"

// started is the origin of the monotonic clock, so that a guest does not learn
// how long its host has been up.
var started = time.Now()

// monotonic returns nanoseconds on the guest's monotonic clock; never 0, which
// some programs take for unset.
func monotonic() uint64 { return uint64(time.Since(started)) + 1 }

// clockResolution is what the clocks can tell apart, in nanoseconds.
const clockResolution = 1

// clockResGet: clock_res_get(id, resolution).
func clockResGet(_ *System, m memory, p []uint64) Errno {
	if uint32(p[0]) > clockThreadCPUTime {
		return EINVAL
	}
	return m.putU64(uint32(p[1]), clockResolution)
}

// clockTimeGet: clock_time_get(id, precision, time).
func clockTimeGet(_ *System, m memory, p []uint64) Errno {
	now, errno := clockNow(uint32(p[0]))
	if errno != ESUCCESS {
		return errno
	}
	return m.putU64(uint32(p[2]), now)
}

func clockNow(id uint32) (uint64, Errno) {
	switch id {
	case clockRealtime:
		return uint64(time.Now().UnixNano()), ESUCCESS
	case clockMonotonic:
		return monotonic(), ESUCCESS
	case clockProcessCPUTime, clockThreadCPUTime:
		return osCPUTime(id == clockThreadCPUTime)
	}
	return 0, EINVAL
}
