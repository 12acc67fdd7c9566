package census

import (
	"bytes"
	"strconv"
	"strings"
	"syscall"
)

// These files are read with bare system calls: package os would open its own
// descriptor for polling, which would be counted.

const self = "/proc/self/"

func countDescriptors(_ *Config, c *Census) bool {
	names, lister, ok := list(self + "fd")
	for _, name := range names {
		if name == strconv.Itoa(lister) {
			continue // the one that listed them
		}
		buffer := make([]byte, syscall.PathMax)
		n, err := syscall.Readlink(self+"fd/"+name, buffer)
		if err != nil {
			continue // closed meanwhile
		}
		c.add(Descriptor, generic(string(buffer[:n])), 1, 0)
	}
	return ok
}

func countThreads(_ *Config, c *Census) bool {
	names, _, ok := list(self + "task")
	c.add(Thread, "threads", int64(len(names)), 0)
	return ok
}

// countChildren needs Linux with CONFIG_PROC_CHILDREN.
func countChildren(_ *Config, c *Census) bool {
	threads, _, _ := list(self + "task")
	known := false
	for _, thread := range threads {
		text, ok := read(self + "task/" + thread + "/children")
		known = known || ok
		for _, pid := range bytes.Fields(text) {
			command, _ := read("/proc/" + string(pid) + "/comm")
			c.add(Child, generic(strings.TrimSpace(string(command))), 1, 0)
		}
	}
	return known
}

// read returns a whole file.
func read(path string) (content []byte, ok bool) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer syscall.Close(fd)
	chunk := make([]byte, 64<<10)
	for {
		n, err := retry(func() (int, error) { return syscall.Read(fd, chunk) })
		if err != nil || n == 0 {
			return content, err == nil
		}
		content = append(content, chunk[:n]...)
	}
}

// list returns the names in a directory, and the descriptor that it had open.
func list(dir string) (names []string, lister int, ok bool) {
	fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, -1, false
	}
	defer syscall.Close(fd)
	chunk := make([]byte, 32<<10)
	for {
		n, err := retry(func() (int, error) { return syscall.ReadDirent(fd, chunk) })
		if err != nil || n == 0 {
			return names, fd, err == nil
		}
		_, _, names = syscall.ParseDirent(chunk[:n], -1, names)
	}
}

// retry repeats a call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return n, err
		}
	}
}
