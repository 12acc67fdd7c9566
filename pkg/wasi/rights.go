package wasi

// rights is a set of operations that a descriptor allows. A guest can give up
// rights and pass fewer on, but cannot add any.
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

	// inheritedRights are what a file opened in a preopened directory can have.
	inheritedRights = fileRights | dirRights
)

// has reports whether r includes all rights of want.
func (r rights) has(want rights) bool { return r&want == want }
