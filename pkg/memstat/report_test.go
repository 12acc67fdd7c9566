package memstat

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// contract is the published schema, less guest_heap, which nothing measures
// yet. Fields may be added to it below, and never renamed.
const contract = `
outcome{kind,exit_code,message}
module{path,sha256,wasm_bytes,native_bytes,functions,data_bytes,cached}
memory{initial_bytes,peak_bytes,touched_bytes,limit_bytes,grows}
ledger{kinds[]{kind,live_objects,live_bytes,peak_objects,peak_bytes,acquired,released},leaks[]{kind,objects,bytes,cycle,site[]}}
process{heap_live_bytes,heap_objects,rss_bytes,fds,goroutines,maps}
cycles{requested,completed,workers,per_second,p50_ns,p99_ns,verdict,metrics[]{name,unit,per_cycle,ci_low,ci_high,verdict},samples[]}
budget{limit_bytes,peak_bytes,passed}
target{name,source,kinds[]{kind,bytes_each,leaked_objects,leaked_bytes,peak_objects,peak_bytes}}
`

// added are the fields beyond the contract.
const added = `
schema
ledger{open_scopes,double_releases}
process{pss_bytes,before{heap_live_bytes,heap_objects,rss_bytes,pss_bytes,fds,goroutines,maps}}
cycles{reason,warm_up_samples,metrics[]{floor,points,reason},samples[]{cycle,gc_cycles,heap_live_bytes,heap_objects,rss_bytes,pss_bytes,fds,goroutines,maps}}
target{basis,kinds[]{what}}
`

// outline reads paths such as "ledger.kinds.kind" from the notation above.
func outline(text string) map[string]bool {
	paths := map[string]bool{}
	var parents []string
	name := func(s string) {
		if s = strings.TrimSuffix(strings.TrimSpace(s), "[]"); s != "" {
			paths[strings.Join(append(slices.Clone(parents), s), ".")] = true
		}
	}
	word := 0
	for i, c := range text {
		switch c {
		case '{':
			name(text[word:i])
			parents = append(parents, strings.TrimSuffix(strings.TrimSpace(text[word:i]), "[]"))
		case '}':
			name(text[word:i])
			parents = parents[:len(parents)-1]
		case ',', '\n':
			name(text[word:i])
		default:
			continue
		}
		word = i + 1
	}
	return paths
}

// jsonPaths lists the fields that encoding/json writes for a type. Three types
// write themselves; TestGoldens and the tests of probe check what they write.
func jsonPaths(t reflect.Type, parent string, paths map[string]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[probe.Process]():
		for m := range (probe.Process{}) {
			paths[parent+probe.Metric(m).String()] = true
		}
		return
	case t == reflect.TypeFor[probe.Sample]():
		paths[parent+"cycle"], paths[parent+"gc_cycles"] = true, true
		jsonPaths(reflect.TypeFor[probe.Process](), parent, paths)
		return
	case t == reflect.TypeFor[ProcessReport]():
		jsonPaths(reflect.TypeFor[probe.Process](), parent, paths)
		paths[parent+"before"] = true
		jsonPaths(reflect.TypeFor[probe.Process](), parent+"before.", paths)
		return
	case t.Kind() != reflect.Struct:
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			jsonPaths(f.Type, parent, paths)
			continue
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = "(" + f.Name + " has no JSON name)"
		}
		paths[parent+name] = true
		jsonPaths(f.Type, parent+name+".", paths)
	}
}

func TestSchema(t *testing.T) {
	want := outline(contract)
	if len(want) < 50 {
		t.Fatalf("the contract has %d fields only: it was misread", len(want))
	}
	maps.Copy(want, outline(added))
	got := map[string]bool{}
	jsonPaths(reflect.TypeFor[Report](), "", got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-contract +Report):\n%s", diff)
	}
}

// TestFieldsAreDocumented holds the user's manual against the report.
func TestFieldsAreDocumented(t *testing.T) {
	manual, err := os.ReadFile("../../docs/memory-report.md")
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]bool{}
	jsonPaths(reflect.TypeFor[Report](), "", paths)
	for path := range paths {
		name := path[strings.LastIndexByte(path, '.')+1:]
		if !strings.Contains(string(manual), "`"+name+"`") {
			t.Errorf("docs/memory-report.md does not explain `%s` (%s)", name, path)
		}
	}
	for k := range kindCount {
		if !strings.Contains(string(manual), "`"+k.String()+"`") {
			t.Errorf("docs/memory-report.md does not explain kind `%s`", k)
		}
	}
}

func TestLeaked(t *testing.T) {
	for _, tc := range []struct {
		name   string
		report Report
		want   bool
	}{
		{"nothing measured", Report{}, false},
		{"balanced", Report{Ledger: &LedgerReport{}, Cycles: &CyclesReport{Trend: Trend{Verdict: Clean}}}, false},
		{"inconclusive", Report{Cycles: &CyclesReport{}}, false},
		{"lost object", Report{Ledger: &LedgerReport{Leaks: []Leak{{Objects: 1}}}}, true},
		{"double release", Report{Ledger: &LedgerReport{DoubleReleases: 1}}, true},
		{"trend", Report{Ledger: &LedgerReport{}, Cycles: &CyclesReport{Trend: Trend{Verdict: Leaking}}}, true},
	} {
		if got := tc.report.Leaked(); got != tc.want {
			t.Errorf("%s: Leaked is %v", tc.name, got)
		}
	}
}

func TestBudget(t *testing.T) {
	for _, tc := range []struct {
		limit, peak uint64
		passed      bool
	}{{100, 99, false}, {100, 100, false}, {100, 101, true}, {0, 1, true}} {
		r := Report{Budget: NewBudgetReport(tc.limit, tc.peak)}
		if r.OverBudget() != tc.passed {
			t.Errorf("peak %d of %d: over budget is %v", tc.peak, tc.limit, r.OverBudget())
		}
	}
	if (&Report{}).OverBudget() {
		t.Error("a report without a budget is over it")
	}
}

// TestTargetLostLocks is the bug that this project is about: 216 bytes by the
// cycle.
func TestTargetLostLocks(t *testing.T) {
	l := NewLedger(SitesNever)
	for n := range uint64(1000) {
		s := l.Open(n + 1)
		s.Acquire(KindPrestatLock, 24)
		s.Release(s.Acquire(KindFDEntry, 64))
		s.Release(s.Acquire(KindMemory, 65536)) // the source gives no size for it
		s.Close()
	}
	got, err := NewTargetReport("esp32s3", l.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	want := []TargetKind{
		{Kind: KindFDEntry, BytesEach: 32, PeakObjects: 1, PeakBytes: 32},
		{Kind: KindPrestatLock, BytesEach: 216, LeakedObjects: 1000, LeakedBytes: 216_000, PeakObjects: 1, PeakBytes: 216},
	}
	for i := range got.Kinds {
		if got.Kinds[i].What == "" {
			t.Errorf("%v: what the bytes are is not said", got.Kinds[i].Kind)
		}
		got.Kinds[i].What = ""
	}
	if diff := cmp.Diff(want, got.Kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(got.Source, "4192") || !strings.Contains(got.Source, "ESP-IDF") {
		t.Errorf("source %q names neither the issue nor ESP-IDF", got.Source)
	}
}

func TestUnknownTarget(t *testing.T) {
	_, err := NewTargetReport("esp8266", Snapshot{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range append(Targets(), "esp8266") {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
}
