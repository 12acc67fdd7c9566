package wasi

import (
	"io"
	"os"
)

// inputFile is descriptor 0. A nil reader is at its end at once.
func inputFile(r io.Reader) *openFile {
	d := &openFile{sysfd: noSysfd, filetype: filetypeUnknown, reader: r,
		base: streamRights &^ RightFDWrite}
	if f, ok := r.(*os.File); ok && f != nil {
		borrowSysfd(d, f)
	}
	return d
}

// outputFile is descriptor 1 or 2. A nil writer discards.
func outputFile(w io.Writer) *openFile {
	d := &openFile{sysfd: noSysfd, filetype: filetypeUnknown, writer: w,
		base: streamRights &^ RightFDRead}
	if w == io.Discard {
		d.writer = nil
	}
	if f, ok := w.(*os.File); ok && f != nil {
		borrowSysfd(d, f)
	}
	return d
}
