package codecache

import (
	"fmt"
	"os"
	"runtime"
	"testing"
)

// TestMain runs nothing where wazero has no compiler.
func TestMain(m *testing.M) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		fmt.Println("skipped: wazero compiles for amd64 and arm64 only")
		return
	}
	os.Exit(m.Run())
}
