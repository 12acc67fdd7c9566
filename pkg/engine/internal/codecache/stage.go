package codecache

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	stagePrefix = "stage-"
	// abandoned is the age at which a stage counts as left by a dead process.
	abandoned = time.Hour
)

// stage is a folder for code in the making.
type stage struct{ dir string }

// newStage makes an empty stage. With an error it returns a stage on which only
// close may be called.
func (c *Cache) newStage() (*stage, error) {
	dir, err := os.MkdirTemp(c.room, stagePrefix)
	return &stage{dir}, err
}

// close removes the stage and its content.
func (s *stage) close() error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

var errNotWritten = errors.New("the compiler did not write its code")

// entries returns the paths of the entries, relative to the stage.
func (s *stage) entries() ([]string, error) {
	found, err := entriesIn(s.dir, isWazero)
	for i := range found {
		var relErr error
		found[i], relErr = filepath.Rel(s.dir, found[i])
		err = errors.Join(err, relErr)
	}
	if err == nil && len(found) == 0 {
		err = errNotWritten
	}
	return found, err
}

// removeAbandonedStages removes the stages that killed processes left.
func removeAbandonedStages(room string, now time.Time) error {
	stages, err := subfolders(room, func(name string) bool { return strings.HasPrefix(name, stagePrefix) })
	for _, dir := range stages {
		if info, statErr := os.Lstat(dir); statErr == nil && now.Sub(info.ModTime()) > abandoned {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	return err
}
