package wasi_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// guest reads a guest of testdata.
func guest(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func traceOf(t *testing.T, module string, cfg wasi.Config, durations bool, names ...string) string {
	t.Helper()
	var out bytes.Buffer
	var err error
	if cfg.Trace, err = wasi.NewTrace(&out, durations, names...); err != nil {
		t.Fatal(err)
	}
	runGuest(t, context.Background(), guest(t, module), cfg)
	return out.String()
}

func TestTraceNamesWhatWasCalled(t *testing.T) {
	dir := t.TempDir()
	got := traceOf(t, "c/files.wasm", wasi.Config{
		Args: []string{"files", "/d"}, Preopens: []*wasi.Preopen{preopen(t, dir, "/d", wasi.ReadWrite)},
	}, false)
	for _, want := range []string{
		`fd_prestat_get\(fd=3, prestat=0x[0-9a-f]+\) = ESUCCESS name_len=2`,
		`fd_prestat_dir_name\(fd=3, path=0x[0-9a-f]+\) = ESUCCESS path="/d"`,
		`fd_prestat_get\(fd=4, prestat=0x[0-9a-f]+\) = EBADF\n`,
		`path_open\(fd=3, dirflags=SYMLINK_FOLLOW, path="[^"]+", oflags=CREAT\|[A-Z|]*, base=0x[0-9a-f]+, inheriting=0x[0-9a-f]+, fdflags=0, opened_fd=0x[0-9a-f]+\) = ESUCCESS opened_fd=4`,
		`fd_write\(fd=1, iovs="OK `,
		`fd_seek\(fd=4, offset=-?\d+, whence=(SET|CUR|END), newoffset=0x[0-9a-f]+\) = ESUCCESS newoffset=\d+`,
		`path_filestat_get\(.* = ESUCCESS filetype=[A-Z_]+ ino=\d+ size=\d+`,
		`path_readlink\(.*\) = ESUCCESS buf="`,
	} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("no line matches %s in\n%s", want, got)
		}
	}
}

func TestTraceOfWhatEndsTheGuest(t *testing.T) {
	got := traceOf(t, "wat/procexit.wasm", wasi.Config{}, true, "proc")
	if !regexp.MustCompile(`^proc_exit\(rval=42\) = \? <\d\.\d{6}>\n$`).MatchString(got) {
		t.Errorf("got %q", got)
	}
}

func TestTraceGroups(t *testing.T) {
	cfg := wasi.Config{Args: []string{"args", "x"}}
	for _, line := range strings.Split(strings.TrimSpace(traceOf(t, "c/args.wasm", cfg, false, "args", "fd_write")), "\n") {
		if !strings.HasPrefix(line, "args_") && !strings.HasPrefix(line, "fd_write(") {
			t.Errorf("not asked for: %s", line)
		}
	}
	if _, err := wasi.NewTrace(nil, false, "nonsense"); err == nil || !strings.Contains(err.Error(), "sock") {
		t.Errorf("an unknown group: %v", err)
	}
}
