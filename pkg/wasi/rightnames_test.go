package wasi_test

// rights is a set of rights. Source: preview1 docs, section rights. The tests
// have a list of their own, in the order of the bits, to check the package's.
type rights uint64

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

	allRights rights = 1<<iota - 1
)
