//go:build !linux && !darwin

package engine

import (
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat/pprof"
)

// profiledTime is what threadTime measures. Windows counts a thread's CPU time in
// steps of 15 ms.
var profiledTime = pprof.Value{Type: "wall", Unit: "nanoseconds"}

var started = time.Now()

// threadTime returns the time that passed.
func threadTime() time.Duration { return time.Since(started) }
