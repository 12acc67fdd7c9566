//go:build !linux && !darwin

package wasi

import (
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// poller is empty where no file has a descriptor of the operating system.
type poller struct{}

func (*poller) destroy(*memstat.Scope) {}

func (c *call) osPoll([]subscription, []readiness, time.Time) Errno { return ENOTSUP }
