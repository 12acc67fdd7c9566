// Package pprof writes profiles that `go tool pprof` reads: how much of something,
// such as time or bytes, belongs to which call stack.
//
// The format is that of profile.proto in github.com/google/pprof, compressed with
// gzip. A [Builder] encodes each sample when it is added, and keeps names, files
// and places once.
package pprof
