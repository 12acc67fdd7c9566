package main

import (
	"os/exec"
	"runtime"
	"syscall"
)

// tieToUs lets the system kill the process of cmd when this one is killed, so that
// no guest goes on alone. The system watches the thread that starts the process:
// call the result when the process has ended.
func tieToUs(cmd *exec.Cmd) (untie func()) {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return runtime.UnlockOSThread
}
