//go:build !cgo

package main

import (
	"context"
	"errors"
)

const wasmtimeVersion = "absent"

func newWasmtime(context.Context, work) (*embedded, error) {
	return nil, errors.New("the harness was built without cgo")
}
