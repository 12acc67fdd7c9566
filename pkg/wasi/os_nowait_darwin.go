package wasi

import "golang.org/x/sys/unix"

// pipeBuf is PIPE_BUF: the number of bytes that a pipe accepts at once.
const pipeBuf = 512

// readNowait and writeNowait do not exist on macOS.
func readNowait(int, [][]byte) (int, error)  { return 0, unix.EOPNOTSUPP }
func writeNowait(int, [][]byte) (int, error) { return 0, unix.EOPNOTSUPP }

func unsupported(err error) bool { return err == unix.EOPNOTSUPP }

// reopenTerminal does nothing: on macOS a file that is opened through /dev/fd
// shares the mode.
func reopenTerminal(int, int) (int, bool) { return 0, false }

// neverBlocks is false: no device is known here.
func neverBlocks(uint64) bool { return false }

// hadWriter returns false: on macOS, a FIFO whose writers have left looks the
// same as one that has had no writer yet.
func hadWriter(int) bool { return false }
