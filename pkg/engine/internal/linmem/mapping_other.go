//go:build !linux

package linmem

import "errors"

// mapping is not implemented on this system: memories are Go slices.
type mapping []byte

func reserve(uint64) (mapping, error) { return nil, errors.ErrUnsupported }

func (mapping) commit(uint64, uint64) error { return errors.ErrUnsupported }
func (mapping) reset(uint64, uint64) error  { return errors.ErrUnsupported }
func (mapping) release() error              { return errors.ErrUnsupported }
