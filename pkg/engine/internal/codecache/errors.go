package codecache

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// isDamage says whether wazero failed over an entry's content.
func isDamage(err error) bool { return strings.HasPrefix(err.Error(), "compilationcache:") }

// IsCacheError says whether wazero's compilation failed over its cache, and not
// over the module: nothing else in a compilation touches files.
func IsCacheError(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	return isDamage(err) || errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &call)
}
