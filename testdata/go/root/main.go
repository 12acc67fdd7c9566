// Command root drives os.Root in the directory given as its argument, checks the results and leaves the directory as it
// was. A Root opens directories first and works on what is beneath them, so it needs all rights of an opened directory.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: root DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "root:", err)
		os.Exit(1)
	}
	fmt.Println("all root calls agree")
}

func run(dir string) (err error) {
	top := filepath.Join(dir, "go-root")
	if err := os.Mkdir(top, 0o777); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(top)) }()
	root, err := os.OpenRoot(top)
	if err != nil {
		return err
	}
	if err := errors.Join(files(root), links(root), directories(root)); err != nil {
		return err
	}
	return root.Close()
}

// files creates, writes, reads and renames a file.
func files(root *os.Root) error {
	f, err := root.Create("file")
	if err != nil {
		return err
	}
	_, err = f.WriteString("hello")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	f, err = root.OpenFile("file", os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(", world")
	if err := errors.Join(err, f.Truncate(8), f.Close()); err != nil {
		return err
	}
	when := time.Unix(1_000_000_000, 0)
	if err := errors.Join(
		root.Chtimes("file", when, when),
		root.Rename("file", "moved"),
		root.WriteFile("new", nil, 0o666),
		root.Remove("new"),
	); err != nil {
		return err
	}
	if _, err := root.Stat("file"); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the old name after a rename: %v", err)
	}
	info, err := root.Stat("moved")
	if err != nil {
		return err
	}
	if info.Size() != 8 || !info.ModTime().Equal(when) {
		return fmt.Errorf("moved has %d bytes and the time %v", info.Size(), info.ModTime())
	}
	f, err = root.Open("moved")
	if err != nil {
		return err
	}
	text, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if string(text) != "hello, w" {
		return fmt.Errorf("moved holds %q", text)
	}
	return nil
}

// links makes links, and finds that none leads outside.
func links(root *os.Root) error {
	if err := errors.Join(
		root.Symlink("moved", "soft"),
		root.Link("moved", "hard"),
		root.Symlink("../..", "out"),
	); err != nil {
		return err
	}
	target, err := root.Readlink("soft")
	if err != nil || target != "moved" {
		return fmt.Errorf("readlink: %q %w", target, err)
	}
	text, err := root.ReadFile("soft")
	if err != nil || string(text) != "hello, w" {
		return fmt.Errorf("through a link: %q %w", text, err)
	}
	if info, err := root.Lstat("soft"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return fmt.Errorf("lstat: %v %w", info, err)
	}
	if f, err := root.Open("out"); err == nil {
		return errors.Join(errors.New("a link led outside"), f.Close())
	}
	return nil
}

// directories makes directories, and works in roots beneath roots.
func directories(root *os.Root) error {
	if err := errors.Join(root.Mkdir("a", 0o777), root.MkdirAll("a/b/c", 0o777)); err != nil {
		return err
	}
	a, err := root.OpenRoot("a")
	if err != nil {
		return err
	}
	b, err := a.OpenRoot("b")
	if err != nil {
		return err
	}
	if err := errors.Join(
		b.WriteFile("c/file", []byte("deep"), 0o666),
		b.Rename("c/file", "file"),
		b.Remove("c"),
		b.Mkdir("d", 0o777),
	); err != nil {
		return err
	}
	text, err := fs.ReadFile(root.FS(), "a/b/file")
	if err != nil || string(text) != "deep" {
		return fmt.Errorf("through the outer root: %q %w", text, err)
	}
	entries, err := fs.ReadDir(b.FS(), ".")
	if err != nil || len(entries) != 2 || entries[0].Name() != "d" || entries[1].Name() != "file" {
		return fmt.Errorf("entries %v %w", entries, err)
	}
	return errors.Join(b.RemoveAll("d"), b.Close(), a.Close(), root.RemoveAll("a"))
}
