package main

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// branches returns a command of n conditional branches to the end of one block.
// With many, wazero v1.12.0 takes the square of their number to compile it.
func branches(n int) []byte {
	uleb := func(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }
	block := bytes.Repeat([]byte{0x41, 0x00, 0x0d, 0x00}, n) // i32.const 0, br_if 0
	body := slices.Concat([]byte{0x00, 0x02, 0x40}, block, []byte{0x0b, 0x0b})
	code := slices.Concat(uleb(1), uleb(len(body)), body)
	return slices.Concat([]byte("\x00asm\x01\x00\x00\x00"), []byte{1, 4, 1, 0x60, 0, 0}, []byte{3, 2, 1, 0},
		[]byte{7, 10, 1, 6, '_', 's', 't', 'a', 'r', 't', 0, 0}, []byte{10}, uleb(len(code)), code)
}
