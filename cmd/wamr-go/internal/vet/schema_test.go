package vet

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/internal/schematest"
)

const docs = "../../../../docs"

// TestSchemaFile: docs/vet.schema.json has the fields of a report and no others,
// each described.
func TestSchemaFile(t *testing.T) {
	schema, err := schematest.Load(docs, Schema)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	fields(reflect.TypeFor[Report](), "", want)
	got, undescribed := schematest.Paths(schema)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-Report +schema):\n%s", diff)
	}
	if len(undescribed) > 0 {
		t.Errorf("without a description: %v", undescribed)
	}
}

func fields(t reflect.Type, parent string, all map[string]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all[parent+name] = true
		fields(t.Field(i).Type, parent+name+".", all)
	}
}

func TestReportFitsTheSchema(t *testing.T) {
	code, size, p50 := 99, uint64(1024), int64(7810)
	r := NewReport([]Entry{
		{Path: "a.wasm", Verdict: Leaking, Reason: "x", ExitCode: &code, WallNS: 1, InstanceBytes: &size, CycleP50NS: &p50, Report: []byte(`{"schema":"wamr-go/report/v1","outcome":{"kind":"exit"}}`)},
		MissingEntry("b.wasm", "why"),
	})
	r.Shard, r.MissingShards, r.Interrupted, r.Root, r.Version = &Shard{1, 2}, []Shard{{2, 2}}, true, "all", "v1"
	for _, r := range []*Report{r, NewReport(nil)} {
		text, err := r.JSON()
		if err == nil {
			err = schematest.Validate(docs, text)
		}
		if err != nil {
			t.Error(err)
		}
	}
	r.Modules[0].Report = []byte(`{"schema":"wamr-go/report/v1"}`)
	if text, err := r.JSON(); err != nil || schematest.Validate(docs, text) == nil {
		t.Errorf("a module's report without an outcome is accepted: %v", err)
	}
}
