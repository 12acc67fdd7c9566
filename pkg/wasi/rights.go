package wasi

// rights is a set of operations that a descriptor allows. A guest gives up
// rights with fd_fdstat_set_rights, and cannot add any.
//
// The rights in a call of path_open restrict a guest less than preview1 says,
// because no libc asks for exactly the rights that its program uses. A
// directory gets all rights that its parent hands down: Go's os.Root opens
// directories for reading and creates files in them. A file is opened according
// to FD_READ and FD_WRITE; see opened.
//
// Source: preview1 docs, section rights.
type rights uint64

// The rights of preview1, in the order of their bits.
const (
	rightFDDatasync rights = 1 << iota
	rightFDRead
	rightFDSeek
	rightFDFdstatSetFlags
	rightFDSync
	rightFDTell
	rightFDWrite
	rightFDAdvise
	rightFDAllocate
	rightPathCreateDirectory
	rightPathCreateFile
	rightPathLinkSource
	rightPathLinkTarget
	rightPathOpen
	rightFDReaddir
	rightPathReadlink
	rightPathRenameSource
	rightPathRenameTarget
	rightPathFilestatGet
	rightPathFilestatSetSize
	rightPathFilestatSetTimes
	rightFDFilestatGet
	rightFDFilestatSetSize
	rightFDFilestatSetTimes
	rightPathSymlink
	rightPathRemoveDirectory
	rightPathUnlinkFile
	rightPollFDReadwrite
	rightSockShutdown
	rightSockAccept
)

// The rights that each type of file can have. A descriptor never has more.
const (
	fileRights = rightFDDatasync | rightFDRead | rightFDSeek | rightFDFdstatSetFlags |
		rightFDSync | rightFDTell | rightFDWrite | rightFDAdvise | rightFDAllocate |
		rightFDFilestatGet | rightFDFilestatSetSize | rightFDFilestatSetTimes |
		rightPollFDReadwrite

	dirRights = rightFDFdstatSetFlags | rightFDSync | rightFDAdvise | rightFDDatasync |
		rightPathCreateDirectory | rightPathCreateFile | rightPathLinkSource |
		rightPathLinkTarget | rightPathOpen | rightFDReaddir | rightPathReadlink |
		rightPathRenameSource | rightPathRenameTarget | rightPathFilestatGet |
		rightPathFilestatSetSize | rightPathFilestatSetTimes | rightFDFilestatGet |
		rightFDFilestatSetTimes | rightPathSymlink | rightPathRemoveDirectory |
		rightPathUnlinkFile | rightPollFDReadwrite

	// streamRights are for files without a position: terminals, pipes, devices.
	streamRights = rightFDRead | rightFDWrite | rightFDFdstatSetFlags | rightFDSync |
		rightFDDatasync | rightFDFilestatGet | rightPollFDReadwrite

	socketRights = rightFDRead | rightFDWrite | rightFDFdstatSetFlags |
		rightFDFilestatGet | rightPollFDReadwrite | rightSockShutdown

	listenerRights = rightSockAccept | rightFDFdstatSetFlags | rightFDFilestatGet |
		rightPollFDReadwrite | rightFDRead | rightFDWrite | rightSockShutdown

	// inheritedRights are the rights that a file opened in a preopened
	// directory can have.
	inheritedRights = fileRights | dirRights
)

// included has rights that come with another one, as the stronger right
// includes the weaker.
var included = [...]struct{ with, also rights }{
	// wasi-libc and Rust ask for FD_DATASYNC only to write. POSIX's fdatasync
	// works on a file that was opened for reading, as fsync does.
	{rightFDSync, rightFDDatasync},
	{rightFDSeek, rightFDTell}, // preview1 docs: FD_SEEK implies FD_TELL
}

// opened returns the rights of a file for which a guest asked for r, in a
// directory that hands down inheriting. Go asks for FD_FILESTAT_SET_SIZE even
// if it only reads, so that right does not open a file for writing.
func (r rights) opened(inheriting rights) rights {
	for _, row := range included {
		if r.has(row.with) {
			r |= row.also
		}
	}
	const onlyWriting = rightFDAllocate | rightFDFilestatSetSize
	if !r.has(rightFDWrite) {
		r &^= onlyWriting
	}
	return r & inheriting
}

// has reports whether r includes all rights of want.
func (r rights) has(want rights) bool { return r&want == want }
