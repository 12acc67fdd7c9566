package wasi

import (
	"os"
	"syscall"
	"time"

	"github.com/wamr-go/wamr-go/pkg/wasi/internal/confine"
)

// openRequest holds the decoded parameters of path_open.
type openRequest struct {
	path       string
	follow     bool
	oflags     oflags
	fdflags    fdflags
	base       rights
	inheriting rights
	read       bool
	write      bool
}

// pathOpen: path_open(fd, dirflags, path, path_len, oflags, base, inheriting,
// fdflags, opened_fd).
func pathOpen(c *call) Errno {
	need := rightPathOpen
	if oflags(c.u32(4))&oflagCreat != 0 {
		need |= rightPathCreateFile
	}
	if oflags(c.u32(4))&oflagTrunc != 0 {
		need |= rightPathFilestatSetSize
	}
	dir, path, errno := c.dirPath(0, need, 2)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(8, 4); errno != ESUCCESS {
		return errno
	}
	req, errno := newOpenRequest(c, path)
	if errno != ESUCCESS {
		return errno
	}
	if !dir.inheriting.has(req.base) || !dir.inheriting.has(req.inheriting) {
		return ENOTCAPABLE
	}
	if c.system.fds.full() {
		return EMFILE
	}
	if dir.readOnly {
		if errno := req.narrowToReadOnly(dir.sysfd); errno != ESUCCESS {
			return errno
		}
	}
	f, errno := c.openBeneath(dir, &req)
	if errno != ESUCCESS {
		return errno
	}
	fd, errno := c.system.fds.insert(f)
	if errno != ESUCCESS {
		return errno
	}
	return c.out32(8, fd)
}

func newOpenRequest(c *call, path string) (req openRequest, errno Errno) {
	req.path = path
	if req.follow, errno = c.lookupflags(1); errno != ESUCCESS {
		return req, errno
	}
	oflag, errno := c.flags(4, uint32(allOflags))
	if errno != ESUCCESS {
		return req, errno
	}
	fdflag, errno := c.flags(7, uint32(allFDFlags))
	if errno != ESUCCESS {
		return req, errno
	}
	req.oflags, req.fdflags = oflags(oflag), fdflags(fdflag)
	// Programs ask for all bits. Ignore the rights that no file can have.
	req.base, req.inheriting = c.rights(5)&inheritedRights, c.rights(6)&inheritedRights
	req.read = req.base.has(rightFDRead)
	req.write = req.base.has(rightFDWrite)
	if req.oflags&oflagDirectory != 0 && req.oflags&oflagCreat != 0 {
		return req, EINVAL // as on Linux since 6.4
	}
	return req, ESUCCESS
}

// osFlags returns the flags of open(2), without those that confine adds to
// every open. O_NONBLOCK is always set, so that neither the open nor a later
// call blocks a thread: a FIFO and some devices would. NONBLOCK as the guest
// sees it is in openFile.flags.
func (r *openRequest) osFlags() int {
	flags := os.O_RDONLY | syscall.O_NONBLOCK
	switch {
	case r.write && r.read:
		flags |= os.O_RDWR
	case r.write:
		flags |= os.O_WRONLY
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
		{r.fdflags&fdflagDsync != 0, openDsync},
		{r.fdflags&(fdflagSync|fdflagRsync) != 0, syscall.O_SYNC},
	} {
		if f.set {
			flags |= f.flag
		}
	}
	return flags
}

// narrowToReadOnly checks a request to open a file in a read-only preopen. It
// returns the errors of a read-only mount: first an error of the path, then
// EROFS for a request that would change the file system.
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

// openBeneath opens the requested file. It waits where a blocking open(2) would.
func (c *call) openBeneath(dir *openFile, req *openRequest) (*openFile, Errno) {
	sysfd, err := confine.Open(dir.sysfd, req.path, req.osFlags(), 0o666, req.follow)
	for delay := minOpenDelay; err != nil && req.waits(dir.sysfd, err); delay = min(2*delay, maxOpenDelay) {
		c.sleepUntil(time.Now().Add(delay))
		c.exitIfDone()
		sysfd, err = confine.Open(dir.sysfd, req.path, req.osFlags(), 0o666, req.follow)
	}
	if err != nil {
		return nil, errnoOf(err)
	}
	f := &openFile{
		sysfd: sysfd, owned: true, opened: true, readOnly: dir.readOnly, typeUnknown: true, flags: req.fdflags,
		base: req.base.opened(dir.inheriting), inheriting: dir.inheriting,
		awaitsWriter: !req.write && req.fdflags&fdflagNonblock == 0,
	}
	if req.oflags&oflagDirectory != 0 {
		f.setType(filetypeDirectory)
	}
	return f, ESUCCESS
}

// The pauses of path_open before it tries again.
const (
	minOpenDelay = time.Millisecond
	maxOpenDelay = 20 * time.Millisecond
)

// waits reports whether open(2) failed with err only because it must not block:
// nobody reads the FIFO that it opens for writing, or another process gives up
// a lease.
func (r *openRequest) waits(dir int, err error) bool {
	if r.fdflags&fdflagNonblock != 0 {
		return false
	}
	switch errnoOf(err) {
	case EAGAIN:
		return true
	case ENXIO:
		return r.write && osIsFIFO(dir, r.path, r.follow)
	}
	return false
}
