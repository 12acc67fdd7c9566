package report

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/internal/schematest"
)

const docs = "../../../docs"

// TestSchemaFile: docs/report.schema.json has the fields of a report and no
// others, each described.
func TestSchemaFile(t *testing.T) {
	schema, err := schematest.Load(docs, Schema)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	jsonPaths(reflect.TypeFor[Report](), "", want)
	got, undescribed := schematest.Paths(schema)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-Report +schema):\n%s", diff)
	}
	if len(undescribed) > 0 {
		t.Errorf("without a description: %v", undescribed)
	}
}

// TestReportsFitTheSchema: reports are as the schema says, also those that tell
// little.
func TestReportsFitTheSchema(t *testing.T) {
	bare := &Report{Outcome: Outcome{Kind: "error"}, Ledger: &Ledger{}, Cycles: &Cycles{}, Run: &Run{}, Target: &Target{}, Process: &Process{}}
	for name, r := range map[string]*Report{"leaky": leakyReport(), "clean": cleanReport(), "calls": callsReport(), "running": runningReport(), "bare": bare} {
		if err := schematest.Validate(docs, render(t, "json", r, Options{})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaIsStrict: what is no report does not fit.
func TestSchemaIsStrict(t *testing.T) {
	full := render(t, "json", leakyReport(), Options{})
	for name, change := range map[string]func(map[string]any){
		"unknown field":    func(r map[string]any) { r["colour"] = "red" },
		"unknown in parts": func(r map[string]any) { r["memory"].(map[string]any)["colour"] = "red" },
		"missing field":    func(r map[string]any) { delete(r["outcome"].(map[string]any), "kind") },
		"negative":         func(r map[string]any) { r["memory"].(map[string]any)["peak_bytes"] = -1 },
		"text for number":  func(r map[string]any) { r["instructions"] = "many" },
		"unknown kind":     func(r map[string]any) { r["outcome"].(map[string]any)["kind"] = "sleep" },
		"null":             func(r map[string]any) { r["cycles"].(map[string]any)["census"] = nil },
		"other schema":     func(r map[string]any) { r["schema"] = "wamr-go/report/v2" },
	} {
		var r map[string]any
		if err := json.Unmarshal(full, &r); err != nil {
			t.Fatal(err)
		}
		change(r)
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Validate(docs, text); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := schematest.Validate(docs, []byte(strings.Replace(string(full), `"outcome"`, `"outcomes"`, 1))); err == nil {
		t.Error("a misspelled field is accepted")
	}
}
