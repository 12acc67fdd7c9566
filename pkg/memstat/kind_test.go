package memstat

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestKindNames(t *testing.T) {
	seen := map[string]bool{}
	for k := range kindCount {
		name := k.String()
		if name == "" || seen[name] {
			t.Errorf("kind %d is called %q", k, name)
		}
		seen[name] = true
		text, err := json.Marshal(k)
		var back Kind
		if err != nil || json.Unmarshal(text, &back) != nil || back != k {
			t.Errorf("%v does not survive JSON: %s, %v", k, text, err)
		}
	}
	if kindCount.String() != "unknown" {
		t.Errorf("no kind is called %q", kindCount)
	}
	var k Kind
	if err := k.UnmarshalText([]byte("fd_tabel")); err == nil {
		t.Error("an unknown kind was read")
	}
}

// TestKindsAreDocumented checks that the user's manual has the row of each kind.
func TestKindsAreDocumented(t *testing.T) {
	manual, err := os.ReadFile("../../docs/memory-report.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		if row := fmt.Sprintf("\n| `%s` | %s | %s |\n", k.name, k.object, k.bytes); !strings.Contains(string(manual), row) {
			t.Errorf("docs/memory-report.md lacks %s", row)
		}
	}
}
