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

// mounts are the preopens of --dir and --map-dir, in the order of the command
// line.
type mounts []wasi.Preopen

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

func (m *mounts) add(p wasi.Preopen, err error) error {
	if err != nil {
		return err
	}
	for _, other := range *m {
		if path.Clean(other.Guest) == path.Clean(p.Guest) {
			return usagef("the guest's %s is %s already", p.Guest, other.Host).
				withHint("give one of them another name: --dir %s::NAME", p.Host)
		}
	}
	*m = append(*m, p)
	return nil
}

// parseDir reads HOST[::GUEST][:ro]. A single colon is part of a name, as in
// C:\data; a host directory whose name ends like an option needs its ::GUEST.
func parseDir(text string) (wasi.Preopen, error) {
	host, guest, readOnly, err := cutMount(text)
	if err == nil && guest == "" {
		guest = guestName(host)
	}
	return wasi.Preopen{Host: host, Guest: guest, ReadOnly: readOnly}, err
}

// guestName returns the guest's name of a directory that was given none: the
// host's own. The current directory is "/": Go programs know absolute names
// only, and wasi-libc, which C and Rust use, finds relative paths beneath "/"
// as it would beneath ".".
func guestName(host string) string {
	if filepath.Clean(host) == "." {
		return "/"
	}
	return host
}

// parseMapDir reads GUEST::HOST[:ro].
func parseMapDir(text string) (wasi.Preopen, error) {
	guest, host, readOnly, err := cutMount(text)
	if err == nil && host == "" {
		err = usagef("it has no %q", mountSeparator).withHint("write --map-dir GUEST::HOST")
	}
	return wasi.Preopen{Host: host, Guest: guest, ReadOnly: readOnly}, err
}

// cutMount splits the two names and the option. second is "" only where there
// is no separator.
func cutMount(text string) (first, second string, readOnly bool, err error) {
	text, readOnly = strings.CutSuffix(text, readOnlySuffix)
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
	return first, second, readOnly, err
}

// likeOption refuses a name that ends like an option of other programs, or like
// :ro twice or in capitals. Taken as a name, it would leave the directory
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

// check reports the first directory that cannot be preopened, before anything runs.
func (m mounts) check() error {
	for _, p := range m {
		info, err := os.Stat(p.Host)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return missingDirectory(p)
		case errors.Is(err, syscall.ENOTDIR), err == nil && !info.IsDir():
			return cannotRunf("directory %s: it is a file", p.Host).
				withHint("preopen the directory that the file is in")
		case err != nil:
			return cannotRunf("directory %s: %v", p.Host, systemReason(err))
		}
	}
	return nil
}

// missingDirectory suggests wamr-go's separator where a single colon, as docker
// and wazero write it, splits the name into a directory and something else.
func missingDirectory(p wasi.Preopen) error {
	f := cannotRunf("directory %s: it does not exist", p.Host)
	host, guest, found := strings.Cut(p.Host, ":")
	if info, err := os.Stat(host); found && guest != "" && err == nil && info.IsDir() {
		suffix := ""
		if p.ReadOnly {
			suffix = readOnlySuffix
		}
		f.hint = "did you mean --dir " + host + mountSeparator + guest + suffix + "?"
	}
	return f
}

// volumeHint answers a module that is a volume as docker writes it, after a -v
// that means something else here.
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
