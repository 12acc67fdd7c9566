package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

const (
	mountSeparator = "::"
	readOnlySuffix = ":ro"
)

// mount is a directory of --dir or --map-dir.
type mount struct {
	host, guest string
	access      wasi.Access
}

// mounts are the directories of --dir and --map-dir, in the order of the command
// line.
type mounts []mount

// dirFlag is the value of --dir, HOST[::GUEST][:ro].
type dirFlag struct{ to *mounts }

// mapDirFlag is the value of --map-dir, GUEST::HOST[:ro], iwasm's spelling.
type mapDirFlag struct{ to *mounts }

func (f dirFlag) Set(text string) error    { return f.to.add(parseDir(text)) }
func (f mapDirFlag) Set(text string) error { return f.to.add(parseMapDir(text)) }
func (dirFlag) String() string             { return "" }
func (mapDirFlag) String() string          { return "" }
func (dirFlag) Type() string               { return "HOST[::GUEST][:ro]" }
func (mapDirFlag) Type() string            { return "GUEST::HOST[:ro]" }

func (m *mounts) add(d mount, err error) error {
	if err != nil {
		return err
	}
	for _, other := range *m {
		if path.Clean(other.guest) == path.Clean(d.guest) {
			return usagef("the guest's %s is %s already", d.guest, other.host).
				withHint("give one of them another name: --dir %s::NAME", d.host)
		}
	}
	*m = append(*m, d)
	return nil
}

// parseDir reads HOST[::GUEST][:ro]. A single colon is part of a name, as in
// C:\data; a host directory whose name ends like an option needs its ::GUEST.
func parseDir(text string) (mount, error) {
	host, guest, access, err := cutMount(text)
	if err == nil && guest == "" {
		guest = guestName(host)
	}
	return mount{host, guest, access}, err
}

// guestName returns the guest's name of a directory without an explicit one:
// the host's name. The current directory is "/": Go programs know absolute
// names only, and wasi-libc, which C and Rust use, finds relative paths beneath
// "/" as well as beneath ".".
func guestName(host string) string {
	if filepath.Clean(host) == "." {
		return "/"
	}
	return host
}

// parseMapDir reads GUEST::HOST[:ro].
func parseMapDir(text string) (mount, error) {
	guest, host, access, err := cutMount(text)
	if err == nil && host == "" {
		err = usagef("it has no %q", mountSeparator).withHint("write --map-dir GUEST::HOST")
	}
	return mount{host, guest, access}, err
}

// cutMount splits the two names and the option. second is "" only where there
// is no separator.
func cutMount(text string) (first, second string, access wasi.Access, err error) {
	text, readOnly := strings.CutSuffix(text, readOnlySuffix)
	if readOnly {
		access = wasi.ReadOnly
	}
	first, second, two := strings.Cut(text, mountSeparator)
	last := first
	if two {
		last = second
	}
	switch {
	case strings.Contains(second, mountSeparator):
		err = usagef("it has more than one %q", mountSeparator)
	case first == "" || two && second == "":
		err = usagef("a name is empty")
	default:
		err = likeOption(last)
	}
	return first, second, access, err
}

// likeOption refuses a name that ends like an option of other programs, or with
// :ro twice or in capitals. As a plain name, it would leave the directory
// writable although the user asked for the opposite.
func likeOption(name string) error {
	i := strings.LastIndexByte(name, ':')
	if i < 0 {
		return nil
	}
	switch option := name[i+1:]; strings.ToLower(option) {
	case "ro", "readonly", "read-only", "r":
		return usagef("it ends with the unknown option :%s", option).withHint("a read-only directory is written with one %s at the end", readOnlySuffix)
	case "rw", "readwrite", "read-write", "w", "z", "cached", "delegated", "consistent":
		return usagef("it ends with the unknown option :%s", option).withHint("leave it out: a directory without %s is writable", readOnlySuffix)
	}
	return nil
}

// preopens are the open directories of a run. They are opened once, before any
// guest runs, because a guest can change the meaning of a path.
type preopens []*wasi.Preopen

// open opens all directories, or none.
func (m mounts) open() (preopens, error) {
	var opened preopens
	for _, d := range m {
		p, err := wasi.OpenPreopen(d.host, d.guest, d.access)
		if err != nil {
			return nil, errors.Join(d.explain(err), opened.close())
		}
		opened = append(opened, p)
	}
	return opened, nil
}

func (ps preopens) close() error {
	var err error
	for _, p := range ps {
		err = errors.Join(err, p.Close())
	}
	return err
}

// explain adds a hint to errors that a wrong spelling of the flag can cause.
func (d mount) explain(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d.missing()
	case errors.Is(err, syscall.ENOTDIR):
		return cannotRunf("directory %s: it is a file", d.host).
			withHint("preopen the directory that the file is in")
	default:
		return err
	}
}

// missing suggests wamr-go's separator if a single colon, the separator of
// docker and wazero, splits the name into a directory and something else.
func (d mount) missing() error {
	f := cannotRunf("directory %s: it does not exist", d.host)
	host, guest, found := strings.Cut(d.host, ":")
	if info, err := os.Stat(host); found && guest != "" && err == nil && info.IsDir() {
		suffix := ""
		if d.access == wasi.ReadOnly {
			suffix = readOnlySuffix
		}
		f.hint = "did you mean --dir " + host + mountSeparator + guest + suffix + "?"
	}
	return f
}

// volumeHint explains a MODULE that is a volume in docker's spelling, after a
// -v that has another meaning here.
func volumeHint(module string) string {
	host, guest, found := strings.Cut(module, ":")
	if info, err := os.Stat(host); !found || !strings.HasPrefix(guest, "/") || err != nil || !info.IsDir() {
		return ""
	}
	guest, option, _ := strings.Cut(guest, ":")
	if option == readOnlySuffix[1:] {
		guest += readOnlySuffix
	}
	return "to preopen a directory: --dir " + host + mountSeparator + guest
}

// systemReason strips the call and the path from a system error.
func systemReason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
