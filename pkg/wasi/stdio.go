package wasi

import (
	"io"
	"os"
)

// inputDesc is descriptor 0. A nil reader is at its end at once.
func inputDesc(r io.Reader) *desc {
	d := &desc{host: noHost, filetype: filetypeUnknown, reader: r,
		base: streamRights &^ RightFDWrite}
	if f, ok := r.(*os.File); ok && f != nil {
		useHostFile(d, f)
	}
	return d
}

// outputDesc is descriptor 1 or 2. A nil writer discards.
func outputDesc(w io.Writer) *desc {
	d := &desc{host: noHost, filetype: filetypeUnknown, writer: w,
		base: streamRights &^ RightFDRead}
	if w == io.Discard {
		d.writer = nil
	}
	if f, ok := w.(*os.File); ok && f != nil {
		useHostFile(d, f)
	}
	return d
}
