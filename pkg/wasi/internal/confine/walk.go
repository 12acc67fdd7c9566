//go:build linux || darwin

package confine

import (
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// maxLinks is the number of links that Linux follows in one path:
	// path_resolution(7).
	maxLinks = 40
	// maxOpen is the maximum number of descriptors of one walk.
	maxOpen = 64
	// attempts is how often the walker looks at a component that changes
	// between a directory and a link.
	attempts = 4
)

// level is a directory that a walk is in.
type level struct {
	name string // as found in the level above
	fd   int    // -1 when closed to save descriptors
}

// walker goes down a path one component at a time. It opens each directory by
// its name in the level above, without following links, so it cannot leave the
// directory where it starts. For ".." it goes back to the level above, and never
// uses the ".." of the file system.
type walker struct {
	levels []level // levels[0] is the start, whose fd is the caller's
	open   int     // the levels from here on are open, and so is levels[0]
	rest   string  // not yet walked; never starts with a slash
	links  int     // followed so far
}

func newWalker(dir int, path string) *walker {
	w := &walker{levels: make([]level, 1, 8), open: 1, rest: path}
	w.levels[0].fd = dir
	return w
}

func (w *walker) close() {
	for _, l := range w.levels[w.open:] {
		_ = unix.Close(l.fd)
	}
	w.levels, w.open = w.levels[:1], 1
}

func (w *walker) top() int { return w.levels[len(w.levels)-1].fd }

// detach returns the current directory as a place, which close leaves open.
func (w *walker) detach(name string) place {
	n := len(w.levels) - 1
	p := place{fd: w.levels[n].fd, name: name, owned: n > 0}
	if n > 0 {
		w.levels = w.levels[:n]
	}
	return p
}

func (w *walker) down(name string, fd int) {
	w.levels = append(w.levels, level{name, fd})
	if len(w.levels)-w.open > maxOpen {
		_ = unix.Close(w.levels[w.open].fd)
		w.levels[w.open].fd = -1
		w.open++
	}
}

// search returns an error if the current directory cannot be searched.
func (w *walker) search() error {
	var st Attr
	return fstatat(w.top(), ".", &st)
}

// up goes back to the level above, which needs the permission to search the
// current directory.
func (w *walker) up() error {
	if err := w.search(); err != nil {
		return err
	}
	n := len(w.levels) - 1
	if n == 0 {
		return ErrEscape
	}
	_ = unix.Close(w.levels[n].fd)
	w.levels = w.levels[:n]
	if n > 1 && n == w.open {
		return w.reopen()
	}
	return nil
}

// reopen walks again to a directory that was closed to save descriptors.
func (w *walker) reopen() error {
	again := w.levels[1:]
	w.levels, w.open = w.levels[:1], 1
	for _, l := range again {
		fd, err := openat(w.top(), l.name, searchFlags|unix.O_NOFOLLOW, 0)
		if err != nil {
			return err
		}
		w.down(l.name, fd)
	}
	return nil
}

// last walks to the last component and returns it with its trailing slashes. It
// leaves it in rest.
func (w *walker) last() (string, error) {
	for {
		name, _ := trim(w.rest)
		more := strings.TrimLeft(w.rest[len(name):], "/")
		if more == "" {
			return w.rest, nil
		}
		var err error
		switch name {
		case ".":
			w.rest = more
		case "..":
			err = w.up()
			w.rest = more
		default:
			err = w.enter(name, more)
		}
		if err != nil {
			return "", err
		}
	}
}

// enter goes down into a directory, or puts the target of a link in front of
// rest.
func (w *walker) enter(name, more string) error {
	for try := 1; ; try++ {
		fd, err := openat(w.top(), name, searchFlags|unix.O_NOFOLLOW, 0)
		if err == nil {
			w.down(name, fd)
			w.rest = more
			return nil
		}
		if err != unix.ENOTDIR && err != unix.ELOOP {
			return err
		}
		link, lerr := w.follow(name)
		if link || lerr != nil {
			return lerr
		}
		if try == attempts {
			return err
		}
	}
}

// follow replaces name, with which rest starts, by its target. It returns false
// and changes nothing if name is not a link.
func (w *walker) follow(name string) (link bool, err error) {
	var buf [pathMax]byte
	n, err := readlinkat(w.top(), name, buf[:])
	if err == unix.EINVAL {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if w.links++; w.links > maxLinks {
		return true, unix.ELOOP
	}
	target := string(buf[:n])
	switch {
	case target == "":
		return true, unix.ENOENT
	case n == len(buf):
		return true, unix.ENAMETOOLONG
	case target[0] == '/' || isMagic(w.top(), target):
		return true, ErrEscape
	}
	w.rest = target + w.rest[len(name):]
	return true, nil
}

// walkDirectory opens the directory at path.
func walkDirectory(dir int, path string) (place, error) {
	w := newWalker(dir, path+"/.")
	defer w.close()
	if _, err := w.last(); err != nil {
		return place{}, err
	}
	return w.detach(""), nil
}

// walkLookup finds the place at path, with all links followed.
func walkLookup(dir int, path string) (place, error) {
	w := newWalker(dir, path)
	defer w.close()
	for {
		last, err := w.last()
		if err != nil {
			return place{}, err
		}
		name, slash := trim(last)
		if name == ".." {
			if err := w.up(); err != nil {
				return place{}, err
			}
		}
		if name == "." || name == ".." {
			return w.detach("."), nil
		}
		link, err := w.follow(name)
		if err != nil {
			return place{}, err
		}
		if link {
			continue
		}
		if slash {
			var st Attr
			if err := fstatat(w.top(), name, &st); err != nil {
				return place{}, err
			}
			if !isDir(&st) {
				return place{}, unix.ENOTDIR
			}
		}
		return w.detach(name), nil
	}
}

// walkOpen is Open with the walker.
func walkOpen(dir int, path string, flags int, mode uint32, follow bool) (int, error) {
	w := newWalker(dir, path)
	defer w.close()
	for try := 1; ; {
		last, err := w.last()
		if err != nil {
			return -1, err
		}
		name, slash := trim(last)
		if name == ".." {
			if err := w.up(); err != nil {
				return -1, err
			}
		}
		if name == "." || name == ".." {
			return openat(w.top(), ".", flags, mode)
		}
		f := flags | unix.O_NOFOLLOW
		if slash {
			if flags&unix.O_CREAT != 0 {
				if err := w.search(); err != nil {
					return -1, err
				}
				return -1, unix.EISDIR
			}
			f |= unix.O_DIRECTORY
		}
		fd, err := openat(w.top(), name, f, mode)
		if !follow && !slash || err != unix.ELOOP && err != unix.ENOTDIR {
			return fd, err
		}
		link, lerr := w.follow(name)
		if lerr != nil {
			return -1, lerr
		}
		if !link {
			if try == attempts {
				return -1, err
			}
			try++
		}
	}
}
