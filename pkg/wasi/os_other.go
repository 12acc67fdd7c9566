//go:build !linux && !darwin

package wasi

import (
	"errors"
	"os"
)

// On systems other than Linux and macOS a guest has streams, clocks and
// randomness, and no directories or sockets. No file has a descriptor of the
// operating system, so the functions below are never called with one. They
// return an error all the same.

const (
	openDirectory = 0
	openDsync     = 0
)

var errNoFiles = errors.ErrUnsupported

func osOpenDir(string) (int, error)                 { return noSysfd, errNoFiles }
func osReopenDir(int) (int, error)                  { return noSysfd, errNoFiles }
func duplicateListener(*os.File) (*openFile, error) { return nil, errNoFiles }
func borrowSysfd(*openFile, *os.File)               {} // the file stays a Go stream

func osClose(int) error                                 { return errNoFiles }
func osPread(int, [][]byte, int64) (int, error)         { return 0, errNoFiles }
func osPwrite(int, [][]byte, int64) (int, error)        { return 0, errNoFiles }
func osSeek(int, int64, int) (int64, error)             { return 0, errNoFiles }
func osTruncate(int, int64) error                       { return errNoFiles }
func osSync(int) error                                  { return errNoFiles }
func osDatasync(int) error                              { return errNoFiles }
func osSetAppend(int, bool) error                       { return errNoFiles }
func osAdvise(int, int64, int64, uint32) error          { return errNoFiles }
func osAllocate(int, int64, int64) error                { return errNoFiles }
func osFiletype(int) (filetype, error)                  { return filetypeUnknown, errNoFiles }
func osFilestat(int, *filestat) Errno                   { return ENOTSUP }
func osPathFilestat(int, string, bool, *filestat) Errno { return ENOTSUP }
func osFileSystemSize(int) uint64                       { return 0 }
func osIsFIFO(int, string, bool) bool                   { return false }
func osSetTimes(int, *times) error                      { return errNoFiles }
func osPathSetTimes(int, string, bool, *times) error    { return errNoFiles }
func osCPUTime(bool) (uint64, Errno)                    { return 0, ENOTSUP }
func osPath(int) string                                 { return "" }
func osShutdown(int, uint32) error                      { return errNoFiles }

func (c *call) osRead(*openFile, [][]byte) (int, Errno)  { return 0, ENOTSUP }
func (c *call) osWrite(*openFile, [][]byte) (int, Errno) { return 0, ENOTSUP }
func (c *call) osAwaitFile(*openFile) Errno              { return ENOTSUP }
func (c *call) osAccept(*openFile) (*openFile, Errno)    { return nil, ENOTSUP }
func (c *call) osRecv(*openFile, [][]byte, uint32) (int, bool, Errno) {
	return 0, false, ENOTSUP
}
