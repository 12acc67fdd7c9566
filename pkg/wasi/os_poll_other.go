//go:build !linux && !darwin

package wasi

import (
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// poller has nothing to wait for where no descriptor is the host's.
type poller struct{}

func (*poller) destroy(*memstat.Scope) {}

func (s *System) osPoll([]subscription, []readiness, time.Time) Errno { return ENOTSUP }
