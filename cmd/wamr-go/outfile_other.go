//go:build !unix

package main

import (
	"errors"
	"os"
)

// descriptorOf finds none: only Unix systems have paths for descriptors.
func descriptorOf(string) (fd int, ok bool) { return 0, false }

func dupForWriting(int) (*os.File, error) { return nil, errors.ErrUnsupported }

func openStream(path string) (*os.File, error) { return os.OpenFile(path, os.O_WRONLY, 0) }
