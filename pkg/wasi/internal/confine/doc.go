// Package confine runs operations on paths that never leave a directory. Every
// function takes the descriptor of the directory, and a path relative to it.
//
// An operation touches only files beneath the directory, whatever the path and
// the file system contain: absolute paths, "..", symbolic links at any place,
// magic links of /proc, trailing slashes, directories that are renamed or
// replaced at the same time. These get ErrEscape:
//
//   - an absolute path
//   - a ".." above the directory
//   - an absolute symbolic link, even one that points back inside
//   - a symbolic link that climbs above the directory
//   - a magic link of /proc
//
// Everything else gets the answer, errno included, of Linux's own *at system
// calls. In "a/../b" the directory a must exist.
//
// Two resolvers give the same answers. On Linux, openat2(2) with
// RESOLVE_BENEATH resolves in the kernel. Elsewhere, and where the kernel or a
// seccomp filter has no openat2, a walker opens one component after the other
// without following links, and expands the links itself.
//
// There are two limits. A hard link or a mount beneath the directory belongs to
// the directory. And if another process moves a directory out of the tree
// during a call that has reached it, the call goes on in that directory.
//
// Descriptors are plain host descriptors. All functions can be used by several
// goroutines at once, while the caller keeps the descriptors open. A path must
// not change during a call, so it must not alias a guest's memory.
package confine
