// Command files drives the file functions of package os under the directory given as its argument, checks what they
// say and leaves the directory as it was.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: files DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "files:", err)
		os.Exit(1)
	}
	fmt.Println("all file calls agree")
}

func run(dir string) error {
	top := filepath.Join(dir, "go-files")
	nested := filepath.Join(top, "a", "b")
	if err := os.MkdirAll(nested, 0o777); err != nil {
		return err
	}
	file, moved := filepath.Join(nested, "file"), filepath.Join(top, "moved")
	if err := os.WriteFile(file, []byte("hello, world\n"), 0o666); err != nil {
		return err
	}
	if err := os.Rename(file, moved); err != nil {
		return err
	}
	text, err := os.ReadFile(moved)
	if err != nil {
		return err
	}
	if string(text) != "hello, world\n" {
		return fmt.Errorf("%s holds %q", moved, text)
	}
	if err := expectEntries(top, "a", "moved"); err != nil {
		return err
	}
	if err := os.Remove(moved); err != nil {
		return err
	}
	if _, err := os.Stat(moved); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is still there: %v", moved, err)
	}
	if err := os.Remove(filepath.Join(top, "a")); err == nil {
		return errors.New("a full directory was removed")
	}
	return os.RemoveAll(top)
}

func expectEntries(dir string, want ...string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		return fmt.Errorf("%s has %v, want %v", dir, got, want)
	}
	return nil
}
