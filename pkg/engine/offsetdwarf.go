package engine

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// offsetDWARF returns debug information to append to a binary so that wazero reports
// the place of each call: one compilation unit from address 1 to 2^31-1, whose only
// line is line 1 of the file "?". An address is an offset in the code section. wazero's
// stacks then have a line for each frame, which begins with the address: "0x1f: ?:1".
func offsetDWARF() []byte {
	var b []byte
	for _, s := range [...]struct {
		name    string
		content []byte
	}{
		{".debug_abbrev", []byte{
			1, 0x11, 0, // 1: DW_TAG_compile_unit, without children
			0x11, 0x01, // DW_AT_low_pc: DW_FORM_addr
			0x12, 0x06, // DW_AT_high_pc, from low_pc: DW_FORM_data4
			0x10, 0x17, // DW_AT_stmt_list: DW_FORM_sec_offset
			0, 0, 0,
		}},
		{".debug_info", []byte{
			20, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, // length, version 4, abbreviations, size of an address
			1, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0x7f, 0, 0, 0, 0,
		}},
		{".debug_line", []byte{
			36, 0, 0, 0, 2, 0, 12, 0, 0, 0, // length, version 2, length of the header
			1, 1, 0, 1, 1, // instruction length 1, is_stmt, line base 0, line range 1, opcode base 1
			0,               // no directories
			'?', 0, 0, 0, 0, // file 1
			0,                   // no more files
			0, 5, 2, 1, 0, 0, 0, // DW_LNE_set_address 1
			1,                               // a row: line 1
			0, 5, 2, 0xff, 0xff, 0xff, 0x7f, // DW_LNE_set_address 2^31-1
			0, 1, 1, // DW_LNE_end_sequence
		}},
	} {
		b = wasmbin.AppendCustom(b, s.name, s.content)
	}
	return b
}
