//go:build !unix

package engine

import "errors"

func loseMapping(*Module, int) error { return errors.ErrUnsupported }
