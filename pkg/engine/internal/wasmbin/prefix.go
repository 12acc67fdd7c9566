package wasmbin

// WholeSections returns the beginning of a binary, up to a section that is cut
// off or has a bad header. It returns nil if not even the header is valid.
func WholeSections(binary []byte) []byte {
	if checkHeader(binary) != nil {
		return nil
	}
	r := reader{data: binary, pos: HeaderSize}
	end := r.pos
	for !r.done() {
		r.byte()
		r.bytes(r.u32())
		if r.err != nil {
			break
		}
		end = r.pos
	}
	return binary[:end]
}
