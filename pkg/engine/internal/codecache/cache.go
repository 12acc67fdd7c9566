package codecache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// Limits bound the code in a cache.
type Limits struct {
	Bytes uint64        // of all entries; the least recently used go first
	Age   time.Duration // since an entry was last used, with a precision of an hour
}

// Cache is a directory of compiled code. It is safe for concurrent use, by
// several processes as well, and holds no resource.
type Cache struct {
	room   string // the folder wamr-go-code-v1
	limits Limits
}

// Compiler compiles a binary in a new wazero runtime, with cache as its compilation
// cache; nil means none. Code owns the runtime and the cache. unkept is the reason why
// wazero could not write the code to the cache although it compiled. It may compile
// further modules, the same ones with each binary.
type Compiler[C api.Closer] func(ctx context.Context, cache wazero.CompilationCache, binary []byte) (code C, unkept, err error)

// Get returns the code of the module with that key, if the cache has it. err is
// the reason why the cache failed; a missing module is no error. Get removes a
// damaged entry. The stub must be [Stub] of the same key.
func Get[C api.Closer](ctx context.Context, c *Cache, key Key, stub []byte, compile Compiler[C]) (code C, found bool, err error) {
	folder := c.folder(key)
	used, err := verifyAll(folder, key)
	if len(used) == 0 {
		return code, false, err // without an entry, wazero 1.12.0 loses a page of executable memory
	}
	cache, cacheErr := wazero.NewCompilationCacheWithDir(folder)
	switch {
	case cacheErr != nil && gone(used): // another process removed the folder
		return code, false, err
	case cacheErr != nil:
		return code, false, errors.Join(err, cacheErr)
	}
	// With one goroutine, wazero would not look at the context.
	over, cancel := context.WithCancel(experimental.WithCompilationWorkers(ctx, 2))
	cancel()
	code, _, compileErr := compile(over, cache, stub)
	switch {
	case compileErr == nil:
		touch(used)
		return code, true, err
	case IsCacheError(compileErr):
		err = errors.Join(err, compileErr)
		if isDamage(compileErr) {
			for _, e := range used {
				err = errors.Join(err, os.Remove(e.path))
			}
		}
	}
	return code, false, err
}

// Put compiles a binary and keeps its code for Get. unkept is the reason why
// the code could not be kept; it can be used all the same. err is the
// compiler's error.
func Put[C api.Closer](ctx context.Context, c *Cache, key Key, stub, binary []byte, compile Compiler[C]) (code C, unkept, err error) {
	stage, unkept := c.newStage()
	defer func() { unkept = errors.Join(unkept, stage.close()) }()
	var names []string
	var cache wazero.CompilationCache
	if unkept == nil {
		names, unkept = namesOf(ctx, stage, stub, compile)
	}
	if unkept == nil {
		cache, unkept = wazero.NewCompilationCacheWithDir(stage.dir)
	}
	code, unwritten, err := compile(ctx, cache, binary)
	if unkept = errors.Join(unkept, unwritten); unkept != nil || err != nil {
		return code, unkept, err
	}
	return code, c.keep(stage, key, names), nil
}

// namesOf finds wazero's names of the entries for the stub, and for what is
// compiled with it, by compiling the stub. It leaves the stage empty.
func namesOf[C api.Closer](ctx context.Context, stage *stage, stub []byte, compile Compiler[C]) ([]string, error) {
	cache, err := wazero.NewCompilationCacheWithDir(stage.dir)
	if err != nil {
		return nil, err
	}
	code, unkept, err := compile(ctx, cache, stub)
	if err != nil {
		return nil, err
	}
	if err = errors.Join(unkept, code.Close(ctx)); err != nil {
		return nil, err
	}
	names, err := stage.entries()
	for _, name := range names {
		err = errors.Join(err, os.Remove(filepath.Join(stage.dir, name)))
	}
	return names, err
}

// keep moves the stage's entries to their places and bounds the cache. The entry of
// the module gets the name of the stub's: that is the one that differs.
func (c *Cache) keep(stage *stage, key Key, names []string) error {
	entries, err := stage.entries()
	if err != nil {
		return err
	}
	without := func(all, others []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(others, name) })
	}
	module, stub := without(entries, names), without(names, entries)
	if len(module) != 1 || len(stub) != 1 {
		return errNotWritten
	}
	size := uint64(0)
	for _, name := range entries {
		n, err := seal(filepath.Join(stage.dir, name), key)
		if err != nil {
			return err
		}
		size += n
	}
	if size > c.limits.Bytes {
		return &tooLargeError{size, c.limits.Bytes}
	}
	for _, name := range entries {
		to := name
		if name == module[0] {
			to = stub[0]
		}
		if err := move(filepath.Join(stage.dir, name), filepath.Join(c.folder(key), to)); err != nil {
			return err
		}
	}
	return c.bound(size)
}

// gone reports whether none of the entries exists any more. It is needed
// because wazero's errors do not wrap the system's.
func gone(entries []entry) bool {
	return !slices.ContainsFunc(entries, func(e entry) bool {
		_, err := os.Lstat(e.path)
		return !errors.Is(err, fs.ErrNotExist)
	})
}

// move renames a file, into a folder that another process may remove while it is empty.
// MkdirAll returns ErrExist in such a race: the folder existed when Mkdir ran, and was
// gone when MkdirAll checked it.
func move(from, to string) error {
	const attempts = 10
	var err error
	for range attempts {
		if err = os.MkdirAll(filepath.Dir(to), 0o700); err == nil {
			err = os.Rename(from, to)
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return err
}
