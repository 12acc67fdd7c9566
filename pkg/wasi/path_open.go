package wasi

import (
	"os"
	"syscall"

	"github.com/wamr-go/wamr-go/pkg/wasi/internal/confine"
)

// openRequest is path_open, decoded.
type openRequest struct {
	path       string
	follow     bool
	oflags     oflags
	fdflags    fdflags
	base       Rights
	inheriting Rights
	read       bool
	write      bool
}

// pathOpen: path_open(fd, dirflags, path, path_len, oflags, base, inheriting,
// fdflags, opened_fd).
func pathOpen(s *System, m memory, p []uint64) Errno {
	need := RightPathOpen
	if oflags(p[4])&oflagCreat != 0 {
		need |= RightPathCreateFile
	}
	if oflags(p[4])&oflagTrunc != 0 {
		need |= RightPathFilestatSetSize
	}
	dir, path, errno := s.dirPath(m, p[0], need, p[2], p[3])
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.check(uint32(p[8]), 4); errno != ESUCCESS {
		return errno
	}
	req, errno := newOpenRequest(path, p)
	if errno != ESUCCESS {
		return errno
	}
	if !dir.inheriting.has(req.base) || !dir.inheriting.has(req.inheriting) {
		return ENOTCAPABLE
	}
	if s.fds.full() {
		return EMFILE
	}
	if dir.readOnly {
		if errno := req.narrowToReadOnly(dir.sysfd); errno != ESUCCESS {
			return errno
		}
	}
	d, errno := openBeneath(dir.sysfd, &req)
	if errno != ESUCCESS {
		return errno
	}
	d.readOnly = dir.readOnly
	fd, errno := s.fds.insert(d)
	if errno != ESUCCESS {
		return errno
	}
	return m.putU32(uint32(p[8]), fd)
}

func newOpenRequest(path string, p []uint64) (openRequest, Errno) {
	follow, errno := follows(p[1])
	if errno != ESUCCESS {
		return openRequest{}, errno
	}
	if uint32(p[4])&^uint32(allOflags) != 0 || uint32(p[7])&^uint32(allFDFlags) != 0 {
		return openRequest{}, EINVAL
	}
	req := openRequest{
		path: path, follow: follow,
		oflags: oflags(p[4]), fdflags: fdflags(p[7]),
		// Rights that no file can have are not asked for in earnest: programs
		// set all bits.
		base: Rights(p[5]) & inheritedRights, inheriting: Rights(p[6]) & inheritedRights,
	}
	req.read = req.base&(RightFDRead|RightFDReaddir) != 0
	req.write = req.base&(RightFDWrite|RightFDAllocate|RightFDFilestatSetSize) != 0
	if req.oflags&oflagDirectory != 0 && req.oflags&oflagCreat != 0 {
		return openRequest{}, EINVAL // as Linux since 6.4
	}
	return req, ESUCCESS
}

// osFlags are the flags of open(2), without those that every open gets.
func (r *openRequest) osFlags() int {
	flags := os.O_RDONLY
	switch {
	case r.write && r.read:
		flags = os.O_RDWR
	case r.write:
		flags = os.O_WRONLY
	}
	for _, f := range [...]struct {
		set  bool
		flag int
	}{
		{r.oflags&oflagCreat != 0, syscall.O_CREAT},
		{r.oflags&oflagExcl != 0, syscall.O_EXCL},
		{r.oflags&oflagTrunc != 0, syscall.O_TRUNC},
		{r.oflags&oflagDirectory != 0, openDirectory},
		{r.fdflags&fdflagAppend != 0, syscall.O_APPEND},
		{r.fdflags&fdflagNonblock != 0, syscall.O_NONBLOCK},
		{r.fdflags&fdflagDsync != 0, openDsync},
		{r.fdflags&(fdflagSync|fdflagRsync) != 0, syscall.O_SYNC},
	} {
		if f.set {
			flags |= f.flag
		}
	}
	return flags
}

// narrowToReadOnly answers for a read-only preopen as the kernel does for a
// read-only mount: what would change the file system gets EROFS, and what is
// wrong with the path is said first.
func (r *openRequest) narrowToReadOnly(dir int) Errno {
	changes := r.write || r.oflags&oflagTrunc != 0
	if !changes && r.oflags&oflagCreat == 0 {
		return ESUCCESS
	}
	var st filestat
	errno := osPathFilestat(dir, r.path, r.follow, &st)
	switch {
	case errno == ENOENT && r.oflags&oflagCreat != 0:
		return refuseMissing(dir, r.path)
	case errno != ESUCCESS:
		return errno
	case r.oflags&oflagCreat != 0 && r.oflags&oflagExcl != 0:
		return EEXIST
	case st.filetype == filetypeDirectory: // neither O_CREAT nor writing opens one
		return EISDIR
	case changes && st.filetype == filetypeSymbolicLink:
		return ELOOP // not followed
	case changes:
		return EROFS
	}
	r.oflags &^= oflagCreat
	return ESUCCESS
}

// openBeneath opens the file with the rights that were asked for.
func openBeneath(dir int, req *openRequest) (*openFile, Errno) {
	host, err := confine.Open(dir, req.path, req.osFlags(), 0o666, req.follow)
	if err != nil {
		return nil, errnoOf(err)
	}
	d := &openFile{
		sysfd: host, owned: true, typeUnknown: true, flags: req.fdflags,
		base: req.base, inheriting: req.inheriting,
	}
	if req.oflags&oflagDirectory != 0 {
		d.setType(filetypeDirectory)
	}
	return d, ESUCCESS
}
