//go:build !linux

package engine

import "errors"

// mapping is address space that can be reserved and committed in part. This
// system's are not made use of: memories are Go slices, see linearMemory.
type mapping []byte

func reserve(uint64) (mapping, error) { return nil, errors.ErrUnsupported }

func (mapping) commit(uint64, uint64) error { return errors.ErrUnsupported }
func (mapping) reset(uint64, uint64) error  { return errors.ErrUnsupported }
func (mapping) release() error              { return errors.ErrUnsupported }
