package wasi

import (
	"io"
	"os"
)

// inputFile returns the open file of descriptor 0. A nil reader is empty.
func inputFile(r io.Reader) *openFile {
	f := &openFile{sysfd: noSysfd, filetype: filetypeUnknown, reader: r,
		base: streamRights &^ rightFDWrite}
	if file, ok := r.(*os.File); ok && file != nil {
		borrowSysfd(f, file)
	}
	return f
}

// outputFile returns the open file of descriptor 1 or 2. A nil writer
// discards.
func outputFile(w io.Writer) *openFile {
	f := &openFile{sysfd: noSysfd, filetype: filetypeUnknown, writer: w,
		base: streamRights &^ rightFDRead}
	if w == io.Discard {
		f.writer = nil
	}
	if file, ok := w.(*os.File); ok && file != nil {
		borrowSysfd(f, file)
	}
	return f
}
