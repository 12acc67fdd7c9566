package wasi

import (
	"io"
	"os"
)

// inputFile returns the open file of descriptor 0. A nil reader is empty.
func inputFile(r io.Reader) *openFile {
	f := &openFile{sysfd: noSysfd, filetype: filetypeUnknown,
		base: streamRights &^ rightFDWrite}
	if r != nil {
		f.stream = &goStream{reader: r}
	}
	if file, ok := r.(*os.File); ok && file != nil {
		borrowSysfd(f, file)
	}
	return f
}

// outputFile returns the open file of descriptor 1 or 2. A nil writer
// discards.
func outputFile(w io.Writer) *openFile {
	f := &openFile{sysfd: noSysfd, filetype: filetypeUnknown,
		base: streamRights &^ rightFDRead}
	if w != nil && w != io.Discard {
		f.stream = &goStream{writer: w}
	}
	if file, ok := w.(*os.File); ok && file != nil {
		borrowSysfd(f, file)
	}
	return f
}
