package report

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// contract is the published schema, without guest_heap, which nothing measures
// yet. Its fields are never renamed.
const contract = `
outcome{kind,exit_code,message}
tool{version,wazero,go,platform,engine}
module{path,sha256,wasm_bytes,native_bytes,functions,data_bytes,cached}
memory{initial_bytes,peak_bytes,touched_bytes,limit_bytes,grows}
ledger{kinds[]{kind,live_objects,live_bytes,peak_objects,peak_bytes,acquired,released},leaks[]{kind,objects,bytes,cycle,site[]}}
process{heap_live_bytes,heap_objects,rss_bytes,fds,goroutines,maps}
cycles{requested,completed,workers,per_second,p50_ns,p99_ns,verdict,metrics[]{name,unit,per_cycle,ci_low,ci_high},samples[]}
budget{limit_bytes,peak_bytes,passed}
target{name,source,kinds[]{kind,bytes_each,leaked_objects,leaked_bytes,peak_objects,peak_bytes}}
`

// added lists the fields beyond the contract.
const added = `
schema
instructions
outcome{stack[]{function,file,line,wasm_function,wasm_offset},stack_truncated,open_fds{count,first}}
tool{engine_reason,exit_code,failures[]{message,exit_code}}
run{function,arguments,environment,command,started,elapsed_ns}
memory{denied_grows}
cycles{running,latency{count,sum_ns,buckets[]{most_ns,count}},outcomes,nonzero_exits,first_failure{cycle,kind,exit_code,message}}
budget{exceeded}
budgets[]{name,unit,limit,value,exceeded}
ledger{open_scopes,double_releases,leaks[]{site[]{function,file,line,wasm_function,wasm_offset}}}
memory{table_bytes,total_bytes}
process{pss_bytes,before{heap_live_bytes,heap_objects,rss_bytes,pss_bytes,fds,goroutines,maps}}
cycles{unit,p90_ns,max_ns,reason,warm_up_samples,metrics[]{points},census[]{kind,identity,counts,bytes,per_cycle,bytes_per_cycle,since,verdict,site[]{function,file,line,wasm_function,wasm_offset}},hunt{warm_up,cycles,windows,counted,hidden_below,guest_hidden_below},samples[]{cycle,gc_cycles,heap_live_bytes,heap_objects,rss_bytes,pss_bytes,fds,goroutines,maps}}
target{basis,kinds[]{what}}
module{extracted_from_component}
memory{layout[]{name,offset,bytes},touched[]{name,offset,bytes}}
memory{stack{size_bytes,size_is_bound,peak_bytes}}
unknown_imports[]{module,name,calls}
guest_heap{allocs,frees,live_blocks,live_bytes,peak_bytes,leaks[]{kind,blocks,bytes,stack[]},errors[]}
guest_heap{allocated_bytes,peak_blocks,peak_alloc,allocators,notes,sizes[]{min_bytes,max_bytes,allocs},kinds[]{kind,blocks,bytes},suppressed{kind,blocks,bytes},leaks[]{indirect_blocks,indirect_bytes,stack[]{function,file,line,wasm_function,wasm_offset}},errors[]{kind,message,count,address,block_address,block_bytes,stack[]{function,file,line,wasm_function,wasm_offset},allocated[]{function,file,line,wasm_function,wasm_offset},freed[]{function,file,line,wasm_function,wasm_offset}},error_total,peak[]{blocks,bytes,stack[]{function,file,line,wasm_function,wasm_offset}}}
guest_heap{peak_after_ns,peak_by_ns,collector,growth{initial_bytes,bytes,grows},heap_bytes,live_share,peak_share,largest[]{allocs,bytes,live_blocks,live_bytes,peak_blocks,peak_bytes,stack[]{function,file,line,wasm_function,wasm_offset}}}
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
// write themselves; TestGoldens and the tests of probe check their output.
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
	case t == reflect.TypeFor[Process]():
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
		if !f.IsExported() || name == "-" {
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

// TestFieldsAreDocumented compares the user's manual with the report.
func TestFieldsAreDocumented(t *testing.T) {
	manual, err := os.ReadFile("../../../docs/memory-report.md")
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
}

func TestLeaked(t *testing.T) {
	for _, tc := range []struct {
		name   string
		report Report
		want   bool
	}{
		{"nothing measured", Report{}, false},
		{"balanced", Report{Ledger: &Ledger{}, Cycles: &Cycles{Verdict: memstat.Clean}}, false},
		{"inconclusive", Report{Cycles: &Cycles{}}, false},
		{"lost object", Report{Ledger: &Ledger{Leaks: []memstat.Leak{{Objects: 1}}}}, true},
		{"double release", Report{Ledger: &Ledger{DoubleReleases: 1}}, true},
		{"trend", Report{Ledger: &Ledger{}, Cycles: &Cycles{Verdict: memstat.Leaking}}, true},
	} {
		if got := tc.report.Leaked(); got != tc.want {
			t.Errorf("%s: Leaked is %v", tc.name, got)
		}
	}
}

// TestFormatsAreDocumented: some document shows how each format is asked for.
func TestFormatsAreDocumented(t *testing.T) {
	names, err := filepath.Glob("../../../docs/*.md")
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, f := range Formats() {
		if !strings.Contains(all.String(), "--mem-report="+f.Name) {
			t.Errorf("no document has --mem-report=%s", f.Name)
		}
	}
}
