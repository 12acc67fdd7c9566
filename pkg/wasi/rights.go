package wasi

// Rights is a set of what may be done with a descriptor.
// Source: preview1 docs, section rights.
type Rights uint64

// The rights of preview1, by their bit.
const (
	RightFDDatasync Rights = 1 << iota
	RightFDRead
	RightFDSeek
	RightFDFdstatSetFlags
	RightFDSync
	RightFDTell
	RightFDWrite
	RightFDAdvise
	RightFDAllocate
	RightPathCreateDirectory
	RightPathCreateFile
	RightPathLinkSource
	RightPathLinkTarget
	RightPathOpen
	RightFDReaddir
	RightPathReadlink
	RightPathRenameSource
	RightPathRenameTarget
	RightPathFilestatGet
	RightPathFilestatSetSize
	RightPathFilestatSetTimes
	RightFDFilestatGet
	RightFDFilestatSetSize
	RightFDFilestatSetTimes
	RightPathSymlink
	RightPathRemoveDirectory
	RightPathUnlinkFile
	RightPollFDReadwrite
	RightSockShutdown
	RightSockAccept
)

// What each type of file can do at all. A descriptor never has more.
const (
	fileRights = RightFDDatasync | RightFDRead | RightFDSeek | RightFDFdstatSetFlags |
		RightFDSync | RightFDTell | RightFDWrite | RightFDAdvise | RightFDAllocate |
		RightFDFilestatGet | RightFDFilestatSetSize | RightFDFilestatSetTimes |
		RightPollFDReadwrite

	dirRights = RightFDFdstatSetFlags | RightFDSync | RightFDAdvise | RightFDDatasync |
		RightPathCreateDirectory | RightPathCreateFile | RightPathLinkSource |
		RightPathLinkTarget | RightPathOpen | RightFDReaddir | RightPathReadlink |
		RightPathRenameSource | RightPathRenameTarget | RightPathFilestatGet |
		RightPathFilestatSetSize | RightPathFilestatSetTimes | RightFDFilestatGet |
		RightFDFilestatSetTimes | RightPathSymlink | RightPathRemoveDirectory |
		RightPathUnlinkFile | RightPollFDReadwrite

	// streamRights are for what has no position: terminals, pipes, devices.
	streamRights = RightFDRead | RightFDWrite | RightFDFdstatSetFlags | RightFDSync |
		RightFDDatasync | RightFDFilestatGet | RightPollFDReadwrite

	socketRights = RightFDRead | RightFDWrite | RightFDFdstatSetFlags |
		RightFDFilestatGet | RightPollFDReadwrite | RightSockShutdown

	listenerRights = RightSockAccept | RightFDFdstatSetFlags | RightFDFilestatGet |
		RightPollFDReadwrite | RightFDRead | RightFDWrite | RightSockShutdown

	// inheritedRights are what a preopened directory hands down.
	inheritedRights = fileRights | dirRights
)

// has reports whether all of want are in r.
func (r Rights) has(want Rights) bool { return r&want == want }
