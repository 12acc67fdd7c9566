package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// outFile is a place that a flag names for a report or a trace. It is opened
// before the guest runs. So a place that cannot be written is reported at once,
// and the guest cannot redirect the text by changing the directory.
type outFile struct {
	to       io.Writer   // a stream; nil for a regular file that is replaced
	file     *os.File    // the stream's, to be closed; nil for standard output
	truncate bool        // file is regular, in a directory that takes no new files
	info     fs.FileInfo // nil for a file that did not exist

	dir  *os.Root // of a regular file
	name string   // in dir
	mode fs.FileMode
}

// inputFile is a file that a run reads. what describes it, as in "is the module
// itself".
type inputFile struct{ path, what string }

// inputs returns the files that flags and arguments name to be read.
func (o *options) inputs() []inputFile {
	all := []inputFile{{o.module, "the module itself"}}
	for _, file := range o.leak.suppressions {
		all = append(all, inputFile{file, "a file of --suppressions"})
	}
	return all
}

// openOutFile finds the place that path names: "-" for stdout, a descriptor
// such as /dev/fd/3, a device or pipe, or a regular file. Symbolic links are
// followed now and never again. The text must not replace a file that is read.
func openOutFile(path string, stdout io.Writer, inputs []inputFile) (*outFile, error) {
	if path == "-" {
		o := &outFile{to: stdout}
		if f, ok := stdout.(*os.File); ok {
			o.info, _ = f.Stat() // nil if it is closed, which Write tells
		}
		return o, nil
	}
	place, err := followLinks(path)
	if err != nil {
		return nil, err
	}
	if fd, ok := descriptorOf(place); ok {
		return streamTo(dupForWriting(fd))
	}
	switch info, err := os.Stat(place); {
	case errors.Is(err, fs.ErrNotExist):
		return openDirectory(place, 0)
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("is a directory")
	case !info.Mode().IsRegular():
		return streamTo(openStream(place))
	default:
		for _, in := range inputs {
			if i, err := os.Stat(in.path); err == nil && os.SameFile(info, i) {
				return nil, errors.New("is " + in.what)
			}
		}
		o, err := openDirectory(place, info.Mode().Perm())
		if err == nil {
			o.info = info
		}
		return o, err
	}
}

// streamTo returns the place of an open stream, which it owns.
func streamTo(f *os.File, err error) (*outFile, error) {
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &outFile{to: f, file: f, info: info}, nil
}

// same reports whether two places are one file, so that one text would replace
// the other or end up within it. The null device accepts any number.
func (r *outFile) same(other *outFile) bool {
	if r.info != nil && other.info != nil {
		null, err := os.Stat(os.DevNull)
		return os.SameFile(r.info, other.info) && (err != nil || !os.SameFile(r.info, null))
	}
	if r.dir == nil || other.dir == nil {
		return r.to != nil && r.to == other.to
	}
	a, errA := r.dir.Stat(".")
	b, errB := other.dir.Stat(".")
	return errA == nil && errB == nil && os.SameFile(a, b) && r.name == other.name
}

// stream returns a writer for text that must be written immediately, and the file
// behind it if that is regular and keeps its former text so far.
func (r *outFile) stream() (io.Writer, *os.File, error) {
	switch {
	case r.truncate:
		return r.to, r.file, nil
	case r.to != nil:
		return r.to, nil, nil
	}
	// In append mode nothing that the guest does to the file makes holes in it.
	f, err := r.dir.OpenFile(r.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, nil, err
	}
	r.file = f // closed with the place
	return f, f, nil
}

// followLinks follows the last component of a path while it is a symbolic link,
// like open(2), but stops at a descriptor's name.
func followLinks(path string) (string, error) {
	const most = 40 // as Linux, path_resolution(7)
	for range most {
		if _, ok := descriptorOf(path); ok {
			return path, nil
		}
		if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return path, nil //nolint:nilerr // a missing file is made later, and other errors show then
		}
		target, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", errors.New("too many symbolic links")
}

// openDirectory opens the directory of a regular file, which has the given
// mode, or does not exist yet where that is 0. It makes sure that the file can
// be written there.
func openDirectory(path string, mode fs.FileMode) (*outFile, error) {
	if base := filepath.Base(path); base == "." || base == ".." || strings.HasSuffix(path, string(filepath.Separator)) {
		return nil, errors.New("is a directory")
	}
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	r := &outFile{dir: dir, name: filepath.Base(path), mode: mode}
	if mode != 0 {
		// Replacing a file that nobody may write would get around its mode.
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, errors.Join(err, dir.Close())
		}
		r.file = f
	}
	probe, err := r.createTemporary()
	if err == nil {
		err = errors.Join(probe.Close(), dir.Remove(r.temporaryName()))
	}
	switch {
	case err == nil && r.file != nil:
		err = r.file.Close()
		r.file = nil
	case errors.Is(err, fs.ErrPermission) && r.file != nil:
		r.to, r.truncate = r.file, true
		return r, nil
	}
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// createTemporary makes the file that takes the report's name once it is whole.
// It never follows a link.
func (r *outFile) createTemporary() (*os.File, error) {
	return r.dir.OpenFile(r.temporaryName(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

func (r *outFile) temporaryName() string {
	return fmt.Sprintf("%s.%d.tmp", r.name, os.Getpid())
}

// replaceable reports whether the place is a regular file that is replaced as a
// whole.
func (r *outFile) replaceable() bool { return r.to == nil }

// write writes the report to the place. A regular file is replaced as a whole
// and keeps its mode; a stream gets the report after its earlier content.
func (r *outFile) write(text []byte) error {
	if r.truncate {
		if err := r.file.Truncate(0); err != nil {
			return err
		}
	}
	if r.to != nil {
		_, err := r.to.Write(text)
		return err
	}
	return r.replace(text)
}

// replace writes the report beside its place and renames it, so that a reader
// never sees half of one and a failure keeps the former one.
func (r *outFile) replace(text []byte) error {
	f, err := r.createTemporary()
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil && r.mode != 0 {
		err = f.Chmod(r.mode)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = r.dir.Rename(r.temporaryName(), r.name)
	}
	if err != nil {
		_ = r.dir.Remove(r.temporaryName())
	}
	return err
}

// close releases the place. It does not close standard output.
func (r *outFile) close() error {
	var errs []error
	if r.file != nil {
		errs = append(errs, r.file.Close())
	}
	if r.dir != nil {
		errs = append(errs, r.dir.Close())
	}
	return errors.Join(errs...)
}
