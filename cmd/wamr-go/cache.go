package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// cacheOption is the --cache-dir flag of the commands about compiled code.
type cacheOption struct{ dir string }

func (o *cacheOption) add(c *cobra.Command) {
	c.Flags().Var(dirNameFlag{textFlag{&o.dir, "DIR"}}, "cache-dir", "the directory of compiled code, if not wamr-go's folder of the user's cache directory")
}

// path returns the cache directory to use.
func (o *cacheOption) path() (string, error) {
	if o.dir != "" {
		return o.dir, nil
	}
	return defaultCacheDir()
}

// defaultCacheDir returns the user's directory for compiled code.
func defaultCacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "wamr-go"), nil
}

func newCache(a *app, _ helps) *cobra.Command {
	o := &cacheOption{}
	about := func(use, short string, count func(string) (engine.CacheUse, error), format string) *cobra.Command {
		c := &cobra.Command{
			Use:   use,
			Short: short,
			Args:  noArguments,
			RunE: func(*cobra.Command, []string) error {
				dir, err := o.path()
				if err != nil {
					return cannotRunf("the cache directory: %v", err)
				}
				n, err := count(dir)
				if err != nil {
					return cannotRunf("the cache directory %s: %v", dir, systemReason(err))
				}
				_, err = fmt.Fprintf(a.stdout, format, dir, memstat.Grouped(n.Entries), memstat.Grouped(n.Bytes))
				return err
			},
		}
		o.add(c)
		return c
	}
	c := &cobra.Command{
		Use:   "cache",
		Short: "Look at the compiled code that is kept, or remove it",
	}
	needsCommand(c)
	c.AddCommand(
		about("info", "Tell where compiled code is kept, and how much of it", engine.CacheInfo, "directory  %s\nentries    %s\nbytes      %s\n"),
		about("clean", "Remove the compiled code that is kept", engine.CleanCache, "removed from %s: %s entries, %s bytes\n"),
	)
	return c
}
