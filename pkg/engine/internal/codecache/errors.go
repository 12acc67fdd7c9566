package codecache

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// isDamage reports whether wazero failed because of an entry's content.
func isDamage(err error) bool { return strings.HasPrefix(err.Error(), "compilationcache:") }

// IsCacheError reports whether wazero's compilation failed because of its
// cache, and not because of the module: nothing else in a compilation uses
// files.
func IsCacheError(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	return isDamage(err) || errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &call)
}
