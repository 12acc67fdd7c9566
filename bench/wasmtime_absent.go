//go:build !cgo

package main

import (
	"context"
	"errors"
)

const wasmtimeVersion = "absent"

func newWasmtime(context.Context, work) (*embedded, error) { return nil, errNoCgo }

func newWasmtimeEpochs(context.Context, work) (*embedded, error) { return nil, errNoCgo }

func newWasmtimeFuel(context.Context, work) (*embedded, error) { return nil, errNoCgo }

var errNoCgo = errors.New("the harness was built without cgo")
