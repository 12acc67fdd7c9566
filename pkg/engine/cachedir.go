package engine

import (
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
)

// The default limits of a code cache.
const (
	DefaultCacheBytes = 1 << 30 // 1 GiB
	DefaultCacheAge   = 90 * 24 * time.Hour
)

// CacheUse describes the compiled code that a cache directory holds, or that
// CleanCache removed.
type CacheUse struct {
	Entries int
	Bytes   uint64
	// OldestUse and LatestUse are the earliest and the latest of the times at
	// which an entry was last used, with a precision of an hour. They are zero
	// without entries.
	OldestUse, LatestUse time.Time
}

func cacheUse(u codecache.Use) CacheUse { return CacheUse{u.Entries, u.Bytes, u.Oldest, u.Newest} }

// CacheInfo counts the compiled code in a cache directory. A directory that
// does not exist holds none. A directory that a [Runtime] would refuse to use,
// because others can write to it, is an error.
func CacheInfo(dir string) (CacheUse, error) {
	u, err := codecache.Usage(dir)
	return cacheUse(u), err
}

// CleanCache removes the compiled code of all versions and platforms from a
// cache directory, and nothing else. It returns a description of the removed
// code. Running processes are not disturbed: at worst they compile a module
// again. It refuses the same directories as [CacheInfo].
func CleanCache(dir string) (CacheUse, error) {
	u, err := codecache.Clean(dir)
	return cacheUse(u), err
}

// cacheLimits returns the limits of the code cache.
func (c *Config) cacheLimits() codecache.Limits {
	l := codecache.Limits{Bytes: c.CacheMaxBytes, Age: c.CacheMaxAge}
	if l.Bytes == 0 {
		l.Bytes = DefaultCacheBytes
	}
	if l.Age <= 0 {
		l.Age = DefaultCacheAge
	}
	return l
}
