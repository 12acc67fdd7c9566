package engine_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestNoCodeAllowed runs a guest in a process that may not run code of its own
// making, with a cache that has the guest's code.
func TestNoCodeAllowed(t *testing.T) {
	const variable = "WAMR_GO_TEST_CACHE"
	if dir := os.Getenv(variable); dir != "" {
		const refuseExecGain = 1 // PR_MDWE_REFUSE_EXEC_GAIN
		if err := unix.Prctl(unix.PR_SET_MDWE, refuseExecGain, 0, 0, 0); err != nil {
			t.Skip("PR_SET_MDWE:", err) // before Linux 6.3
		}
		r := newRuntime(t, engine.Config{CacheDir: dir})
		m := compile(t, r, guest(t, "c/hello"))
		if o := instance(t, m, wasi.Config{}).Start(context.Background()); !o.Clean() || m.Info().Cached || len(r.Warnings()) != 1 {
			t.Errorf("outcome %v, cached %v, warnings %q", o, m.Info().Cached, r.Warnings())
		}
		return
	}
	needsItself(t)
	dir := t.TempDir()
	compile(t, newRuntime(t, engine.Config{CacheDir: dir}), guest(t, "c/hello"))
	c := exec.Command(os.Args[0], "-test.run=^TestNoCodeAllowed$", "-test.v")
	c.Env = append(os.Environ(), variable+"="+dir)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
