package wasi

import "time"

// started is the origin of the monotonic clock. A clock that starts with the
// process does not tell the guest how long its host has been up.
var started = time.Now()

// monotonic returns nanoseconds on the guest's monotonic clock. It never
// returns 0, which some programs take for an unset time.
func monotonic() uint64 { return uint64(time.Since(started)) + 1 }

// clockResolution is the resolution that all clocks report, in nanoseconds.
const clockResolution = 1

// clockResGet: clock_res_get(id, resolution).
func clockResGet(c *call) Errno {
	if c.u32(0) > clockThreadCPUTime {
		return EINVAL
	}
	return c.out64(1, clockResolution)
}

// clockTimeGet: clock_time_get(id, precision, time).
func clockTimeGet(c *call) Errno {
	now, errno := clockNow(c.u32(0))
	if errno != ESUCCESS {
		return errno
	}
	return c.out64(2, now)
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
