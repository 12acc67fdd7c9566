// Package confine runs path operations that never leave the directory whose
// descriptor they are given.
//
// Whatever a path or the file system says (absolute paths, "..", symbolic
// links at any place, magic links of /proc, trailing slashes, directories that
// are renamed or replaced meanwhile), an operation touches only what lies
// beneath the directory. A path that asks for more is refused with ErrEscape:
// an absolute path, a ".." above the directory, an absolute symbolic link
// (also one that points back inside), a symbolic link that climbs above the
// directory, and a magic link. Everything else is answered as Linux's own
// *at system calls answer, errno included; "a/../b" goes through the real a.
//
// Two resolvers give the same answers. On Linux, openat2(2) with
// RESOLVE_BENEATH resolves in the kernel. Elsewhere, and where a kernel or a
// seccomp filter has no openat2, a walker opens one component after the other
// without following links and expands the links itself.
//
// A hard link or a mount beneath the directory belongs to the directory.
// What a directory's descendants are moved to by somebody else during a call
// is the limit of any such scheme: a directory that is moved out of the tree
// after it was reached is still the one that was reached.
//
// Descriptors are plain host descriptors. All functions may be used by several
// goroutines at once, as far as the caller keeps the descriptors open. A path
// must not change during a call, so it must not alias a guest's memory.
package confine
