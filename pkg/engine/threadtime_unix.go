//go:build linux || darwin

package engine

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/memstat/pprof"
)

// profiledTime is what threadTime measures.
var profiledTime = pprof.Value{Type: "cpu", Unit: "nanoseconds"}

// threadTime returns the CPU time of the thread, in the guest's code and in the
// kernel. The caller's goroutine is locked to it.
func threadTime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) // which every kernel has
	return time.Duration(t.Nano())
}
