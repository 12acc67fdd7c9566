//go:build linux

package waiting

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// guest is a program that makes WASI calls and returns, or loops. A call that fails is a
// trap.
type guest struct {
	pages int // of its memory; 0 means 1
	data  []segment
	calls []call
	loops bool // for ever after the calls
}

// segment is the memory at an address when the guest starts.
type segment struct {
	at    int
	bytes []byte
}

// call is a call of preview1.
type call struct {
	function string
	args     []int64
}

// Addresses of the calls' data in the guest's memory.
const (
	atResult = 0x10
	atReady  = 0x20 // "ready\n", and the buffer that names it
	atBuffer = 0x40 // a list of one small buffer
	atPath   = 0x80 // "fifo"
	atPoll   = 0x100
	atEvents = 0x200
	atMany   = 0x1000 // a list of many buffers
	atData   = 0x4000
)

const pageSize = 1 << 16

// wasm encodes the guest. It first writes a line to the given descriptor, to
// show that it runs.
func (g guest) wasm(readyFD int64) []byte {
	ready := "ready\n"
	g.data = append([]segment{
		{atReady, []byte(ready)},
		{atReady + 8, buffers(buffer{atReady, len(ready)})},
		{atBuffer, buffers(buffer{atData, 64})},
		{atPath, []byte(fifoName)},
	}, g.data...)
	g.calls = append([]call{{"fd_write", []int64{readyFD, atReady + 8, 1, atResult}}}, g.calls...)

	const typeBlock = 0x40
	var names []string
	var code []byte
	for _, c := range g.calls {
		i := slices.Index(names, c.function)
		if i < 0 {
			i, names = len(names), append(names, c.function)
		}
		for j, t := range find(c.function).Params {
			code = append(code, constOf(t))
			code = appendSigned(code, c.args[j])
		}
		code = append(append(code, 0x10), uleb(i)...)    // call
		code = append(code, 0x04, typeBlock, 0x00, 0x0b) // if, unreachable, end
	}
	if g.loops {
		code = append(code, 0x03, typeBlock, 0x0c, 0x00, 0x0b) // loop, br 0, end
	}
	body := append(append([]byte{0x00}, code...), 0x0b)

	var types, imports, data [][]byte
	for i, name := range names {
		f := find(name)
		types = append(types, slices.Concat([]byte{0x60}, uleb(len(f.Params)), f.Params, uleb(len(f.Results)), f.Results))
		imports = append(imports, slices.Concat(text(wasi.ModulePreview1), text(name), []byte{0x00}, uleb(i)))
	}
	types = append(types, []byte{0x60, 0x00, 0x00})
	for _, s := range g.data {
		at := append(appendSigned([]byte{0x00, 0x41}, int64(s.at)), 0x0b)
		data = append(data, slices.Concat(at, uleb(len(s.bytes)), s.bytes))
	}
	return slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, types...),
		section(2, imports...),
		section(3, uleb(len(names))), // the type of _start
		section(5, append([]byte{0x00}, uleb(max(g.pages, 1))...)),
		section(7, slices.Concat(text("memory"), []byte{0x02, 0x00}), slices.Concat(text("_start"), []byte{0x00}, uleb(len(names)))),
		section(10, append(uleb(len(body)), body...)),
		section(11, data...),
	)
}

func find(function string) wasi.Function {
	f, ok := wasi.Find(wasi.ModulePreview1, function)
	if !ok {
		panic(fmt.Sprintf("no function %s", function))
	}
	return f
}

// constOf returns the instruction for a constant of the type.
func constOf(valueType byte) byte {
	const i64 = 0x7e
	if valueType == i64 {
		return 0x42
	}
	return 0x41
}

func section(id byte, items ...[]byte) []byte {
	content := append(uleb(len(items)), bytes.Join(items, nil)...)
	return slices.Concat([]byte{id}, uleb(len(content)), content)
}

func text(s string) []byte { return append(uleb(len(s)), s...) }

func uleb(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// appendSigned appends v in LEB128.
func appendSigned(b []byte, v int64) []byte {
	for {
		low := byte(v & 0x7f)
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}

// buffer is a part of the memory.
type buffer struct{ at, size int }

// buffers encodes a list of buffers, as fd_read and others take it.
func buffers(list ...buffer) (b []byte) {
	for _, i := range list {
		b = binary.LittleEndian.AppendUint32(b, uint32(i.at))
		b = binary.LittleEndian.AppendUint32(b, uint32(i.size))
	}
	return b
}

// subscription encodes one of poll_oneoff: a clock, or a descriptor to read or
// write.
func subscription(kind byte, fd uint32, timeout uint64) []byte {
	b := make([]byte, 48)
	b[8] = kind
	binary.LittleEndian.PutUint32(b[16:], fd)
	binary.LittleEndian.PutUint64(b[24:], timeout)
	return b
}
