package codecache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// sweepInterval is the age at which the total is counted again. Processes that
// write at the same time can lose each other's additions, so the limit may be
// exceeded by as much until the next sweep.
const sweepInterval = time.Hour

// bound keeps the cache within its limits, after an entry of that many bytes was added.
// It scans the cache only when the total exceeds the limit or is old, so the cost of an
// addition does not grow with the cache.
func (c *Cache) bound(added uint64) error {
	now := time.Now()
	total, counted := c.readTotal()
	total += added
	if age := now.Sub(counted); age >= 0 && age < sweepInterval && total <= c.limits.Bytes {
		return c.writeTotal(total, counted)
	}
	total, err := c.sweep(now)
	return errors.Join(err, c.writeTotal(total, now))
}

// sweep removes abandoned stages, entries that were not used for long, and, if the
// limit is exceeded, the least recently used ones. It returns the size of the remaining
// entries in bytes. A process that is about to read a removed entry compiles the module
// again; a process that has read it has the code in memory.
func (c *Cache) sweep(now time.Time) (uint64, error) {
	if err := checkTag(c.room); err != nil {
		return 0, err
	}
	err := removeAbandonedStages(c.room, now)
	all, listErr := listEntries(c.room)
	if err = errors.Join(err, listErr); listErr != nil {
		return 0, err
	}
	slices.SortFunc(all, func(a, b entry) int { return a.used.Compare(b.used) })
	var total uint64
	for _, e := range all {
		total += uint64(e.size)
	}
	goal := c.limits.Bytes
	if total > goal {
		goal -= goal / 8 // so that the next additions need no sweep
	}
	for i, e := range all {
		newest := i == len(all)-1 // the one that was added just now
		if old := now.Sub(e.used) > c.limits.Age; !old && (total <= goal || newest) {
			break
		}
		if removeErr := removeEntry(e.path); removeErr != nil {
			err = errors.Join(err, removeErr)
			continue
		}
		total -= uint64(e.size)
	}
	return total, err
}

// listEntries returns all entries of the cache, for all platforms and versions.
func listEntries(room string) ([]entry, error) {
	folders, err := modules(room)
	var all []entry
	for _, folder := range folders {
		paths, entriesErr := entriesIn(folder, isWazero)
		err = errors.Join(err, entriesErr)
		for _, path := range paths {
			if info, statErr := os.Lstat(path); statErr == nil && info.Mode().IsRegular() {
				all = append(all, entry{path, info.Size(), info.ModTime()})
			}
		}
	}
	return all, err
}

// removeEntry removes an entry, and its folders if it was their last.
func removeEntry(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // another process was faster
	}
	version := filepath.Dir(path)
	_ = os.Remove(version)               // fails
	_ = os.Remove(filepath.Dir(version)) // unless they are empty
	return err
}

// readTotal returns the number of bytes in the cache, and the time of the
// count. A missing or damaged file counts as infinitely old.
func (c *Cache) readTotal() (bytes uint64, counted time.Time) {
	content, err := os.ReadFile(filepath.Join(c.room, totalName))
	if err != nil {
		return 0, time.Time{}
	}
	var seconds int64
	if _, err := fmt.Sscanf(string(content), "%d %d\n", &bytes, &seconds); err != nil {
		return 0, time.Time{}
	}
	return bytes, time.Unix(seconds, 0)
}

func (c *Cache) writeTotal(bytes uint64, counted time.Time) error {
	return os.WriteFile(filepath.Join(c.room, totalName), fmt.Appendf(nil, "%d %d\n", bytes, counted.Unix()), 0o600)
}
