package census

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"sync"
)

// digits is compiled by the first census: most processes take none.
var digits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]+`) })

// generic replaces numbers, so "/tmp/job-1/out" and "/tmp/job-2/out", or two
// sockets, have one identity.
func generic(name string) string { return digits().ReplaceAllString(name, "#") }

// countFiles counts the files beneath each of the directories.
func countFiles(cfg *Config, c *Census) bool {
	for _, dir := range cfg.Dirs {
		_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return nil //nolint:nilerr // a directory that vanished has no files
			}
			c.add(File, "beneath "+dir, 1, 0)
			return nil
		})
	}
	return true
}
