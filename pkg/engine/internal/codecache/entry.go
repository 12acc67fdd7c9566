package codecache

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"time"
)

// An entry is a file of wazero with this trailer, whose numbers are little
// endian. wazero 1.12.0 reads no further than its own content.
//
//	magic    8 bytes
//	key     32 bytes   the entry's folder
//	length   8 bytes   of wazero's file
//	CRC-32C  4 bytes   of all that precedes it
const trailerSize = len(trailerMagic) + len(Key{}) + 8 + 4

const trailerMagic = "wamrgo\x00\x01"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged is the error of an entry whose bytes have changed.
var errDamaged = errors.New("an entry is damaged")

// entry is a file of compiled code.
type entry struct {
	path string
	size int64
	used time.Time // the file's modification time
}

// seal appends the trailer to a file of wazero. It returns the entry's size. It does
// not wait for the disk: after a crash either the trailer is there or the entry counts
// as damaged.
func seal(path string, key Key) (size uint64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	sum, n, err := checksum(f, info.Size())
	if err != nil {
		return 0, err
	}
	trailer := append([]byte(trailerMagic), key[:]...)
	trailer = binary.LittleEndian.AppendUint64(trailer, uint64(n))
	trailer = binary.LittleEndian.AppendUint32(trailer, crc32.Update(sum, castagnoli, trailer))
	_, err = f.Write(trailer)
	return uint64(n) + uint64(len(trailer)), err
}

// checksum reads to the end, which should be at size bytes.
func checksum(r io.Reader, size int64) (sum uint32, n int64, err error) {
	const most = 256 << 10
	buffer := make([]byte, max(1, min(size, most)))
	for {
		k, err := r.Read(buffer)
		sum = crc32.Update(sum, castagnoli, buffer[:k])
		n += int64(k)
		if err == io.EOF {
			return sum, n, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}

// verify reads an entry and checks its owner, its mode, its checksum and its key.
func verify(path string, key Key) (e entry, err error) {
	info, err := os.Lstat(path) // a link, or a FIFO, is not opened
	if err != nil {
		return e, err
	}
	if !info.Mode().IsRegular() {
		return e, fmt.Errorf("%s is not a regular file", path)
	}
	if err := checkOurs(path, info); err != nil {
		return e, err
	}
	f, err := os.Open(path)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err = f.Stat(); err != nil { // another process may have replaced the entry
		return e, err
	}
	content := info.Size() - int64(trailerSize)
	if content < 0 {
		return e, fmt.Errorf("%w: %s is too short", errDamaged, path)
	}
	var trailer [trailerSize]byte
	if _, err := f.ReadAt(trailer[:], content); err != nil {
		return e, err
	}
	want := append([]byte(trailerMagic), key[:]...)
	want = binary.LittleEndian.AppendUint64(want, uint64(content))
	sum, n, err := checksum(io.LimitReader(f, content), content)
	if err != nil {
		return e, err
	}
	want = binary.LittleEndian.AppendUint32(want, crc32.Update(sum, castagnoli, want))
	if n != content || string(want) != string(trailer[:]) {
		return e, fmt.Errorf("%w: %s", errDamaged, path)
	}
	return entry{path, info.Size(), info.ModTime()}, nil
}

// verifyAll verifies the entries of a module that wazero could read: there is one for
// each version of wazero and each kind of processor. It returns the good ones and
// removes the others. If it cannot remove one it returns none, because wazero might
// read that one.
func verifyAll(folder string, key Key) ([]entry, error) {
	paths, err := entriesIn(folder, forPlatform)
	if err != nil {
		return nil, err
	}
	var good []entry
	for _, path := range paths {
		e, verifyErr := verify(path, key)
		switch {
		case verifyErr == nil:
			good = append(good, e)
		case errors.Is(verifyErr, fs.ErrNotExist): // another process removed it
		default:
			err = errors.Join(err, verifyErr)
			if removeErr := os.Remove(path); removeErr != nil {
				return nil, errors.Join(err, removeErr)
			}
		}
	}
	return good, err
}

// useResolution is the precision of the last use of an entry.
const useResolution = time.Hour

// touch records the use of entries. If an entry cannot be touched, for example
// in a directory of root, it only seems older.
func touch(entries []entry) {
	now := time.Now()
	for _, e := range entries {
		if now.Sub(e.used) > useResolution {
			_ = os.Chtimes(e.path, time.Time{}, now)
		}
	}
}
