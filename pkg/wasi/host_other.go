//go:build !linux && !darwin

package wasi

import (
	"errors"
	"os"
)

// Where the system is neither Linux nor macOS a guest has streams, clocks and randomness,
// and no directories. No descriptor there has a host descriptor, so that the
// functions below which take one are never reached; they say so all the same.

const (
	openDirectory = 0
	openDsync     = 0
)

var errNoFiles = errors.ErrUnsupported

func openPreopen(Preopen) (*desc, error)          { return nil, errNoFiles }
func listenerDesc(*os.File) (*desc, error)        { return nil, errNoFiles }
func useHostFile(d *desc, f *os.File)             {} // served as a Go stream
func hostClose(int) error                         { return errNoFiles }
func hostPread(int, [][]byte, int64) (int, error) { return 0, errNoFiles }
func hostPwrite(int, [][]byte, int64) (int, error) {
	return 0, errNoFiles
}
func hostSeek(int, int64, int) (int64, error)             { return 0, errNoFiles }
func hostTruncate(int, int64) error                       { return errNoFiles }
func hostSync(int) error                                  { return errNoFiles }
func hostDatasync(int) error                              { return errNoFiles }
func hostSetAppend(int, bool) error                       { return errNoFiles }
func hostAdvise(int, int64, int64, uint32) error          { return errNoFiles }
func hostAllocate(int, int64, int64) error                { return errNoFiles }
func hostFiletype(int) (filetype, error)                  { return filetypeUnknown, errNoFiles }
func hostFilestat(int, *filestat) Errno                   { return ENOTSUP }
func hostPathFilestat(int, string, bool, *filestat) Errno { return ENOTSUP }
func hostSetTimes(int, *times) error                      { return errNoFiles }
func hostPathSetTimes(int, string, bool, *times) error    { return errNoFiles }
func hostCPUTime(bool) (uint64, Errno)                    { return 0, ENOTSUP }
func (s *System) readHost(*desc, [][]byte) (int, Errno)   { return 0, ENOTSUP }
func (s *System) writeHost(*desc, [][]byte) (int, Errno)  { return 0, ENOTSUP }

func reopenDir(int) (int, error) { return 0, errNoFiles }

func hostShutdown(int, uint32) error { return errNoFiles }

func (s *System) accept(*desc) (*desc, Errno) { return nil, ENOTSUP }

func (s *System) recv(*desc, [][]byte, uint32) (int, bool, Errno) { return 0, false, ENOTSUP }
