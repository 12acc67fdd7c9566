package wasi

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// traceDataMax is the number of bytes of a long path or buffer that a line
// shows.
const traceDataMax = 32

// appendArg appends the parameter's value before the call. The value is at
// v[0], and for a pair its length at v[1].
func (p param) appendArg(line []byte, m memory, v []uint64, unstable bool) []byte {
	switch p.kind {
	case kindFD, kindU32:
		return strconv.AppendUint(line, uint64(uint32(v[0])), 10)
	case kindU64:
		return strconv.AppendUint(line, v[0], 10)
	case kindS64:
		return strconv.AppendInt(line, int64(v[0]), 10)
	case kindPath:
		b, errno := m.bytes(uint32(v[0]), uint32(v[1]))
		if errno != ESUCCESS {
			return fmt.Appendf(line, "%#x+%d", uint32(v[0]), uint32(v[1]))
		}
		return appendData(line, b, len(b))
	case kindIovs, kindOutIovs:
		return p.appendIovecs(line, m, uint32(v[0]), uint32(v[1]))
	case kindWhence:
		if unstable {
			return whenceNames.append(line, uint64(whenceOfUnstable(uint32(v[0]))))
		}
	case kindRights:
		return rightsNames.append(line, v[0])
	}
	if names := paramKinds[p.kind].names; names != nil {
		return names.append(line, uint64(uint32(v[0])))
	}
	return fmt.Appendf(line, "%#x", uint32(v[0]))
}

// appendResult appends the result that a successful call wrote through the
// parameter, or nothing.
func (p param) appendResult(line []byte, m memory, v []uint64, unstable bool) []byte {
	at := uint32(v[0])
	switch p.kind {
	case kindOut32:
		if b, errno := m.bytes(at, 4); errno == ESUCCESS {
			return fmt.Appendf(line, " %s=%d", p.name, binary.LittleEndian.Uint32(b))
		}
	case kindOut64:
		if b, errno := m.bytes(at, 8); errno == ESUCCESS {
			return fmt.Appendf(line, " %s=%d", p.name, binary.LittleEndian.Uint64(b))
		}
	case kindFdstat:
		if b, errno := m.bytes(at, fdstatSize); errno == ESUCCESS {
			line = filetypeNames.append(append(line, " filetype="...), uint64(b[0]))
			line = fdflagsNames.append(append(line, " flags="...), uint64(binary.LittleEndian.Uint16(b[2:])))
			return rightsNames.append(append(line, " base="...), binary.LittleEndian.Uint64(b[8:]))
		}
	case kindFilestat:
		size := 32
		if unstable {
			size = 24
		}
		if b, errno := m.bytes(at, filestatSizeUnstable); errno == ESUCCESS {
			line = filetypeNames.append(append(line, " filetype="...), uint64(b[16]))
			return fmt.Appendf(line, " ino=%d size=%d", binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[size:]))
		}
	case kindPrestat:
		if b, errno := m.bytes(at, prestatSize); errno == ESUCCESS {
			return fmt.Appendf(line, " name_len=%d", binary.LittleEndian.Uint32(b[4:]))
		}
	case kindOutPath:
		if b, errno := m.bytes(at, uint32(v[1])); errno == ESUCCESS {
			if i := strings.IndexByte(string(b), 0); i >= 0 {
				b = b[:i]
			}
			return appendData(append(append(append(line, ' '), p.name...), '='), b, len(b))
		}
	}
	return line
}

// appendIovecs appends the number of buffers, their total size, and the
// beginning of the data that a call writes.
func (p param) appendIovecs(line []byte, m memory, ptr, count uint32) []byte {
	bufs, errno := m.iovecs(nil, ptr, count)
	if errno != ESUCCESS {
		return fmt.Appendf(line, "%#x[%d]", ptr, count)
	}
	total := 0
	for _, b := range bufs {
		total += len(b)
	}
	if p.kind == kindIovs && len(bufs) > 0 {
		line = appendData(line, bufs[0], total)
	}
	return fmt.Appendf(line, "[%d: %d bytes]", count, total)
}

// appendData appends the beginning of b in quotes, and dots if the data, of
// total bytes, is longer.
func appendData(line, b []byte, total int) []byte {
	shown := b[:min(len(b), traceDataMax)]
	if len(b) == total && len(b) <= 4*traceDataMax {
		shown = b // show most paths in full
	}
	line = strconv.AppendQuote(line, string(shown))
	if len(shown) < total {
		line = append(line, "..."...)
	}
	return line
}
