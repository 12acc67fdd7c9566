package wasi

import (
	"iter"
	"strings"
)

// LeftOpen returns how many descriptors the guest opened and has not closed,
// and the lowest of them. It does not count the descriptors that the guest was
// given: the standard streams, preopens and listeners. Call it when the guest
// has ended, before Close.
func (s *System) LeftOpen() (count int, first uint32) {
	for fd := range s.Opened() {
		if count == 0 {
			first = fd
		}
		count++
	}
	return count, first
}

// Opened returns the descriptors that LeftOpen counts, the lowest first.
func (s *System) Opened() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for fd, f := range s.fds.slots {
			if f != nil && f.opened && !yield(uint32(fd)) {
				return
			}
		}
	}
}

// Room returns how many more descriptors the guest can open.
func (s *System) Room() int {
	open := 0
	for _, f := range s.fds.slots {
		if f != nil {
			open++
		}
	}
	return s.fds.limit - open
}

// GuestPath returns a path under which the guest can find the file of an open
// descriptor, through one of its preopens. It returns "" if there is none or if
// the operating system does not report the path. The path is the file's current
// one, which can differ from the path that opened it; Linux appends "
// (deleted)" to the path of a removed file. GuestPath needs /proc and makes a
// few system calls.
func (s *System) GuestPath(fd uint32) string {
	f, errno := s.fds.lookup(fd)
	if errno != ESUCCESS {
		return ""
	}
	path := osPath(f.sysfd)
	if path == "" {
		return ""
	}
	closest, guestPath := -1, ""
	for dir, name := range s.prestats.all() {
		root := osPath(s.fds.slots[dir].sysfd)
		rest, ok := beneath(root, path)
		if ok && len(root) > closest {
			closest, guestPath = len(root), joinGuest(name, rest)
		}
	}
	return guestPath
}

// beneath returns the part of path that is beneath the directory root, "" if
// they are the same.
func beneath(root, path string) (rest string, ok bool) {
	switch {
	case root == "":
		return "", false
	case path == root:
		return "", true
	}
	return strings.CutPrefix(path, strings.TrimSuffix(root, "/")+"/")
}

func joinGuest(name, rest string) string {
	if rest == "" {
		return name
	}
	return strings.TrimSuffix(name, "/") + "/" + rest
}
