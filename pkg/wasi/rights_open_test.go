//go:build linux

package wasi_test

import (
	"path/filepath"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// The rights that libcs ask for when they open a file, and the operations that
// their programs then expect. Each libc asks for too little or too much
// somewhere.
func TestRightsOfFiles(t *testing.T) {
	const (
		// wasi-libc (__wasilibc_nocwd_openat_nomode) asks for all but these, and
		// for those that go with reading or with writing.
		libc        = allRights &^ (rightFDDatasync | rightFDRead | rightFDWrite | rightFDAllocate | rightFDReaddir | rightFDFilestatSetSize)
		libcReading = rightFDRead | rightFDReaddir
		libcWriting = rightFDDatasync | rightFDWrite | rightFDAllocate | rightFDFilestatSetSize
		// Rust's std (sys::fs::wasi) asks for all rights of paths, too.
		rust        = rightFDTell | rightFDSeek | rightFDFdstatSetFlags | rightFDSync | rightFDAdvise | rightFDFilestatGet | rightFDFilestatSetTimes | rightPollFDReadwrite | rightPathOpen
		rustReading = rightFDRead | rightFDReaddir
		rustWriting = rightFDWrite | rightFDDatasync | rightFDAllocate | rightFDFilestatSetSize
		// Go (syscall.openat) leaves out the rights that do not belong to reading or
		// writing.
		goAll        = allRights &^ (rightSockShutdown | rightSockAccept)
		goNotReading = rightFDDatasync | rightFDWrite | rightFDAllocate | rightPathFilestatSetSize
		goNotWriting = rightFDRead | rightFDReaddir

		reading = fileRights &^ (rightFDWrite | rightFDAllocate | rightFDFilestatSetSize)
		writing = fileRights &^ rightFDRead
	)
	for _, test := range []struct {
		name        string
		asked, want rights
	}{
		{"wasi-libc, O_RDONLY", libc | libcReading, reading},
		{"wasi-libc, O_WRONLY", libc | libcWriting, writing},
		{"wasi-libc, O_RDWR", libc | libcReading | libcWriting, fileRights},
		{"Rust, read", rust | rustReading, reading},
		{"Rust, write", rust | rustWriting, writing},
		{"Go, O_RDONLY", goAll &^ goNotReading, reading},
		{"Go, O_WRONLY", goAll &^ goNotWriting, writing},
		{"Go, O_RDWR", goAll, fileRights},
		{"few", rightFDRead, rightFDRead},
		{"sync", rightFDSync, rightFDSync | rightFDDatasync},
		{"seek", rightFDSeek, rightFDSeek | rightFDTell},
		{"writing's without writing", rightFDRead | rightFDAllocate | rightFDFilestatSetSize, rightFDRead},
		{"none", 0, 0},
	} {
		p := newProxy(t, wasi.Config{Preopens: asRoot(t, rightsTree(t))})
		got := p.fdstat(p.mustOpen(openParams{dir: root, path: "file", base: test.asked}))
		if got.base != test.want || got.inherit != 0 {
			t.Errorf("%s: rights %#x and %#x inheriting, want %#x and none", test.name, got.base, got.inherit, test.want)
		}
	}
}

// A file that is not opened for writing is opened where it may only be read.
func TestOpenForReading(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: []*wasi.Preopen{preopen(t, rightsTree(t), "/", wasi.ReadOnly)}})
	for bit := range 30 {
		r := rights(1) << bit
		_, errno := p.open(openParams{dir: root, path: "file", base: rightFDRead | r})
		if want := map[bool]wasi.Errno{true: wasi.EROFS}[r == rightFDWrite]; errno != want {
			t.Errorf("with the right %#x: %v, want %v", r, errno, want)
		}
	}
}

// A directory has all rights that its parent hands down, whatever subset it is
// opened with, and hands the same rights down.
func TestRightsOfDirectories(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, rightsTree(t))})
	all := p.fdstat(root)
	for _, o := range []openParams{
		{dir: root, path: "dir"},
		{dir: root, path: "dir", oflags: oDirectory},
		{dir: root, path: "dir", oflags: oDirectory, base: rightFDReaddir},
		{dir: root, path: "dir", base: readRights, inherit: readRights},
		{dir: root, path: "dir", base: all.base, inherit: all.inherit},
	} {
		if got := p.fdstat(p.mustOpen(o)); got.base != all.base || got.inherit != all.inherit {
			t.Errorf("%+v: rights %#x and %#x inheriting, want %#x and %#x", o, got.base, got.inherit, all.base, all.inherit)
		}
	}
}

// A right that a guest gave up on a directory stays given up on all files
// opened beneath it, at any depth.
func TestRightsGivenUp(t *testing.T) {
	for bit := range 28 { // a file or directory has no others
		gone := rights(1) << bit
		dir := rightsTree(t)
		writeFile(t, filepath.Join(dir, "dir", "file"), "")
		p := newProxy(t, wasi.Config{Preopens: asRoot(t, dir)})
		all := p.fdstat(root)
		// The root keeps its own rights, and hands down one less.
		p.must("fd_fdstat_set_rights", root, uint64(all.base), uint64(all.inherit&^gone))
		beneath := p.mustOpen(openParams{dir: root, path: "dir"})
		if got := p.fdstat(beneath); got.base != all.base&^gone || got.inherit != all.inherit&^gone {
			t.Errorf("without %#x a directory has the rights %#x and %#x inheriting", gone, got.base, got.inherit)
		}
		for _, at := range []uint64{root, beneath} {
			o := openParams{dir: at, path: "file", base: fileRights &^ gone}
			fd, errno := p.open(o)
			if at == beneath && gone == rightPathOpen {
				if errno != wasi.ENOTCAPABLE {
					t.Errorf("path_open in a directory without that right: %v", errno)
				}
				continue
			}
			if errno != 0 || p.fdstat(fd).base&gone != 0 {
				t.Errorf("%+v: a file has the right %#x that was given up (%v)", o, gone, errno)
			}
			for _, o := range []openParams{
				{dir: at, path: "file", base: gone},
				{dir: at, path: "file", inherit: gone},
				{dir: at, path: ".", oflags: oDirectory, base: gone},
			} {
				if _, errno := p.open(o); errno != wasi.ENOTCAPABLE {
					t.Errorf("%+v: %v, want ENOTCAPABLE", o, errno)
				}
			}
		}
	}
}
