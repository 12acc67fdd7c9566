package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

const cacheMaxSizeUsage = "keep at most SIZE of compiled code, and remove the least recently used first"

// cacheOption is the --cache-dir flag of the commands about compiled code.
type cacheOption struct{ dir string }

func (o *cacheOption) add(c *cobra.Command) {
	c.Flags().Var(dirNameFlag{textFlag{&o.dir, "DIR"}}, "cache-dir", "the directory of compiled code, instead of wamr-go's folder in the user's cache directory")
}

// path returns the named directory, or the default.
func (o *cacheOption) path() (string, error) {
	if o.dir != "" {
		return o.dir, nil
	}
	return defaultCacheDir()
}

// defaultCacheDir returns the directory that keeps compiled code unless
// --cache-dir names another.
func defaultCacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "wamr-go"), nil
}

func newCache(a *app, _ helps) *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "Show or remove the compiled code that is kept",
	}
	needsCommand(c)
	c.AddCommand(
		a.cacheCommand("info", "Show where compiled code is kept, and how much", engine.CacheInfo, a.printCacheInfo),
		a.cacheCommand("clean", "Remove the compiled code that is kept", engine.CleanCache, a.printCacheCleaned),
	)
	return c
}

// cacheCommand makes a command that runs do on the cache directory and prints
// the result.
func (a *app) cacheCommand(use, short string, do func(dir string) (engine.CacheUse, error), printUse func(dir string, use engine.CacheUse) error) *cobra.Command {
	o := &cacheOption{}
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			dir, err := o.path()
			if err != nil {
				return cannotRunf("the cache directory: %v", err)
			}
			use, err := do(dir)
			if err != nil {
				return cannotUseCache(dir, err)
			}
			return printUse(dir, use)
		},
	}
	o.add(c)
	return c
}

// cannotUseCache names the file that caused the error, which can differ from
// the directory.
func cannotUseCache(dir string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) && path.Path == dir {
		err = path.Err
	}
	return cannotRunf("the cache directory %s: %v", dir, err)
}

func (a *app) printCacheInfo(dir string, use engine.CacheUse) error {
	_, err := fmt.Fprintf(a.out, "directory  %s\nentries    %s\nbytes      %s\nlimit      %s bytes, %d days without use\n",
		dir, memstat.Grouped(use.Entries), memstat.Grouped(use.Bytes),
		memstat.Grouped(uint64(engine.DefaultCacheBytes)), engine.DefaultCacheAge/(24*time.Hour))
	if err == nil && use.Entries > 0 {
		_, err = fmt.Fprintf(a.out, "last use   %s to %s\n",
			use.OldestUse.Format(time.DateTime), use.LatestUse.Format(time.DateTime))
	}
	return err
}

func (a *app) printCacheCleaned(dir string, use engine.CacheUse) error {
	_, err := fmt.Fprintf(a.out, "removed from %s: %s entries, %s bytes\n",
		dir, memstat.Grouped(use.Entries), memstat.Grouped(use.Bytes))
	return err
}
