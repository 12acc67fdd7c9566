package census

import (
	"os"
	"strings"
	"testing"
)

// TestKindsAreDocumented: the manual of the report has the name of each kind.
func TestKindsAreDocumented(t *testing.T) {
	manual, err := os.ReadFile("../../../docs/memory-report.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kindTable {
		if !strings.Contains(string(manual), "`"+k.name+"`") {
			t.Errorf("docs/memory-report.md lacks %s", k.name)
		}
	}
}
