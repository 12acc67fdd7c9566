package wasi

// filetype is a WASI file type. Source: preview1 docs, section filetype.
type filetype uint8

const (
	filetypeUnknown filetype = iota
	filetypeBlockDevice
	filetypeCharacterDevice
	filetypeDirectory
	filetypeRegularFile
	filetypeSocketDgram
	filetypeSocketStream
	filetypeSymbolicLink
)

// fdflags are the flags of an open file. Source: preview1 docs, as for all
// types of this file.
type fdflags uint16

const (
	fdflagAppend fdflags = 1 << iota
	fdflagDsync
	fdflagNonblock
	fdflagRsync
	fdflagSync

	allFDFlags = fdflagAppend | fdflagDsync | fdflagNonblock | fdflagRsync | fdflagSync
)

// oflags say how path_open opens a file.
type oflags uint16

const (
	oflagCreat oflags = 1 << iota
	oflagDirectory
	oflagExcl
	oflagTrunc

	allOflags = oflagCreat | oflagDirectory | oflagExcl | oflagTrunc
)

// lookupSymlinkFollow is the only lookupflag: follow a symbolic link at the end
// of a path.
const lookupSymlinkFollow = 1 << 0

// fstflags select the timestamps to set, and their values.
type fstflags uint16

const (
	fstAtim fstflags = 1 << iota
	fstAtimNow
	fstMtim
	fstMtimNow

	allFstflags = fstAtim | fstAtimNow | fstMtim | fstMtimNow
)

// Clock IDs.
const (
	clockRealtime = iota
	clockMonotonic
	clockProcessCPUTime
	clockThreadCPUTime
)

// filestat holds the attributes of a file, independent of the ABI's layout.
type filestat struct {
	dev, ino, nlink  uint64
	filetype         filetype
	size             uint64
	atim, mtim, ctim uint64 // nanoseconds since the epoch
}
