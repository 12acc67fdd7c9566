package wasi

// maxAllocate is the maximum number of bytes that one system call allocates in
// a file. A file system that has to write zeroes needs some time even for that.
const maxAllocate = 64 << 20

// allocate allocates length bytes at offset, in pieces, and checks the call's
// context between two pieces. If a piece fails, allocate restores the file's
// length, like most file systems. A file system refuses at once a length beyond
// its own size.
func (c *call) allocate(sysfd int, offset, length int64) Errno {
	if length <= maxAllocate || uint64(length) > osFileSystemSize(sysfd) {
		return errnoOf(osAllocate(sysfd, offset, length))
	}
	var before filestat
	if errno := osFilestat(sysfd, &before); errno != ESUCCESS {
		return errno
	}
	for done := int64(0); done < length; done += maxAllocate {
		if err := osAllocate(sysfd, offset+done, min(length-done, maxAllocate)); err != nil {
			var now filestat
			if osFilestat(sysfd, &now) == ESUCCESS && now.size > before.size && now.size == uint64(offset+done) {
				_ = osTruncate(sysfd, int64(before.size)) // the error below says more
			}
			return errnoOf(err)
		}
		c.exitIfDone()
	}
	return ESUCCESS
}
