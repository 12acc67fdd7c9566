package vet

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Module is a module to be run.
type Module struct {
	// Name identifies the module in reports and decides its shard. It is
	// slash-separated. If a single directory is given, Name is relative to it,
	// so machines that keep the modules in different places agree on it;
	// otherwise it is the given path.
	Name string
	Path string // to open it
	// Err is the reason why a directory could not be read; its modules are
	// unknown then.
	Err error
}

// Corpus is a set of modules.
type Corpus struct {
	Root    string   // the directory to which names are relative, or ""
	Modules []Module // each name once
}

// Find lists the modules that paths name: files themselves, directories with every
// *.wasm beneath them, and "-" for a list on stdin, one path a line, or separated by
// NUL if it holds one. It follows symbolic links to files, but not links to directories
// beneath a path. A path that does not exist is a module, which will fail; only a list
// that cannot be read is an error.
func Find(paths []string, stdin io.Reader) (*Corpus, error) {
	f := finder{seen: map[string]bool{}}
	if len(paths) == 1 && paths[0] != "-" && isDir(paths[0]) {
		f.corpus.Root = paths[0]
		f.directory(paths[0], "")
		return &f.corpus, nil
	}
	for _, path := range paths {
		if path != "-" {
			f.path(path)
			continue
		}
		list, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("the list of modules: %w", err)
		}
		for _, line := range lines(list) {
			f.path(line)
		}
	}
	return &f.corpus, nil
}

// lines returns the elements of a list that are not empty.
func lines(list []byte) []string {
	separator := "\n"
	if bytes.IndexByte(list, 0) >= 0 {
		separator = "\x00"
	}
	var all []string
	for line := range strings.SplitSeq(string(list), separator) {
		if separator == "\n" {
			line = strings.TrimSuffix(line, "\r")
		}
		if line != "" {
			all = append(all, line)
		}
	}
	return all
}

type finder struct {
	corpus Corpus
	seen   map[string]bool // names
}

func (f *finder) add(name, path string, err error) {
	name = filepath.ToSlash(filepath.Clean(name))
	if f.seen[name] {
		return
	}
	f.seen[name] = true
	f.corpus.Modules = append(f.corpus.Modules, Module{name, path, err})
}

func (f *finder) path(path string) {
	if isDir(path) {
		f.directory(path, path)
		return
	}
	f.add(path, path, nil)
}

// directory adds the modules beneath dir. Their names begin with prefix.
func (f *finder) directory(dir, prefix string) {
	// The separator lets the walk follow dir itself if that is a link.
	start := strings.TrimRight(dir, string(filepath.Separator)) + string(filepath.Separator)
	_ = filepath.WalkDir(start, func(path string, d fs.DirEntry, err error) error { // it returns no error but ours
		name, relErr := filepath.Rel(dir, path)
		if relErr != nil {
			name = path
		}
		name = filepath.Join(prefix, name)
		switch {
		case err != nil:
			f.add(name, path, err)
		case filepath.Ext(path) == ".wasm" && isModule(path, d):
			f.add(name, path, nil)
		}
		return nil
	})
}

// isModule leaves out everything that is not a file, such as a pipe, to which
// nobody may ever write. A link that leads nowhere is a module that fails.
func isModule(path string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink == 0 {
		return d.Type().IsRegular()
	}
	info, err := os.Stat(path)
	return err != nil || info.Mode().IsRegular()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Share returns the modules of a shard.
func (c *Corpus) Share(s Shard) *Corpus {
	share := &Corpus{Root: c.Root}
	for _, m := range c.Modules {
		if s.holds(m.Name) {
			share.Modules = append(share.Modules, m)
		}
	}
	return share
}
