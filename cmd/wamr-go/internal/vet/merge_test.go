package vet

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func corpusOf(n int) *Corpus {
	c := &Corpus{Root: "all"}
	for i := range n {
		c.Modules = append(c.Modules, Module{Name: fmt.Sprintf("%02d.wasm", i), Path: fmt.Sprintf("all/%02d.wasm", i)})
	}
	return c
}

// part is the report of a shard that found all its modules clean.
func part(c *Corpus, s Shard) *Report {
	var rows []Entry
	for _, m := range c.Share(s).Modules {
		rows = append(rows, Entry{Path: m.Name, Verdict: Clean})
	}
	r := NewReport(rows)
	r.Root, r.Shard = c.Root, &s
	return r
}

func TestMergeCoversTheCorpus(t *testing.T) {
	const shards = 4
	c := corpusOf(30)
	var parts []*Report
	for i := uint64(1); i <= shards; i++ {
		parts = append(parts, part(c, Shard{i, shards}))
	}
	all := Merge(parts, c)
	if len(all.Modules) != 30 || all.Verdicts[Clean] != 30 || all.MissingShards != nil || all.Root != "all" {
		t.Errorf("%s, missing %v, root %q", all.Summary(), all.MissingShards, all.Root)
	}

	// A shard was killed: its modules are named, and the merge can be completed.
	some := Merge(append(parts[:1:1], parts[2:]...), c)
	if diff := cmp.Diff([]Shard{{2, shards}}, some.MissingShards); diff != "" {
		t.Errorf("missing shards (-want +got):\n%s", diff)
	}
	lost := 0
	for _, m := range some.Modules {
		if !(Shard{2, shards}).holds(m.Path) {
			continue
		}
		lost++
		if m.Verdict != Missing || m.Reason != "there is no part of shard 2/4" {
			t.Errorf("%+v", m)
		}
	}
	if lost == 0 || some.Verdicts[Missing] != lost || some.Unjudged() != lost {
		t.Errorf("%d modules were lost: %s", lost, some.Summary())
	}
	again := Merge([]*Report{some, parts[1]}, c)
	if again.Verdicts[Clean] != 30 || again.MissingShards != nil {
		t.Errorf("completed: %s, missing %v", again.Summary(), again.MissingShards)
	}
}

func TestMergeRows(t *testing.T) {
	one := func(v Verdict) *Report { return NewReport([]Entry{{Path: "a.wasm", Verdict: v}}) }
	for _, tc := range []struct {
		a, b, want Verdict
	}{
		{Missing, Clean, Clean},
		{Clean, Missing, Clean},
		{Clean, Leaking, Leaking},
		{Leaking, Trapped, Leaking},
		{Inconclusive, Clean, Inconclusive},
		{Failed, Clean, Failed},
	} {
		if got := Merge([]*Report{one(tc.a), one(tc.b)}, nil).Modules[0].Verdict; got != tc.want {
			t.Errorf("%s and %s: %s", tc.a, tc.b, got)
		}
	}
	if r := Merge([]*Report{one(Clean)}, corpusOf(1)); r.Verdicts[Missing] != 1 || r.Modules[0].Reason != "it is in no part" {
		t.Errorf("a module that no part has: %+v", r.Modules)
	}
	mixed := Merge([]*Report{part(corpusOf(3), Shard{1, 2}), part(corpusOf(3), Shard{1, 3})}, nil)
	if mixed.MissingShards != nil {
		t.Errorf("parts of different splits: %v are missing", mixed.MissingShards)
	}
}

func TestJSONRoundTrip(t *testing.T) {
	code, bytes, p50 := 99, uint64(1024), int64(7810)
	give := NewReport([]Entry{
		{Path: "b.wasm", Verdict: Leaking, Reason: "1 host_fd", ExitCode: &code, InstanceBytes: &bytes, CycleP50NS: &p50, Report: []byte(`{"schema":"wamr-go/report/v1","x":[1]}`)},
		MissingEntry("a\x1b\xff.wasm", "why"),
	})
	give.Shard, give.Interrupted = &Shard{1, 2}, true
	text, err := give.JSON()
	if err != nil {
		t.Fatal(err)
	}
	got, unknown, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	second, err := got.JSON()
	if err != nil || unknown != "" || string(second) != string(text) {
		t.Errorf("%v\n%s", err, cmp.Diff(string(text), string(second)))
	}
	if got.Modules[0].Path != `a\x1b\xff.wasm` || got.Verdicts[Leaking] != 1 || got.Lost() != 1 || got.Unjudged() != 1 {
		t.Errorf("%+v", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":            ``,
		"no JSON":            `module verdict`,
		"a report of run":    `{"schema":"wamr-go/report/v1"}`,
		"an unknown verdict": `{"schema":"wamr-go/vet/v1","modules":[{"path":"a","verdict":"fine"}]}`,
		"no path":            `{"schema":"wamr-go/vet/v1","modules":[{"verdict":"clean"}]}`,
		"a shard of none":    `{"schema":"wamr-go/vet/v1","shard":{"index":1,"count":0}}`,
		"a huge shard":       `{"schema":"wamr-go/vet/v1","missing_shards":[{"index":1,"count":18446744073709551615}]}`,
	} {
		if r, _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// FuzzParse: a part comes from another machine.
func FuzzParse(f *testing.F) {
	text, err := part(corpusOf(3), Shard{1, 2}).JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"schema":"wamr-go/vet/v1","missing_shards":[{"index":2,"count":3}],"modules":[{"path":"a","verdict":"leak","report":null}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, _, err := Parse(text)
		if err != nil {
			return
		}
		merged := Merge([]*Report{r, r}, corpusOf(2))
		if merged.Summary() == "" || len(merged.Modules) < 2 {
			t.Errorf("%+v", merged)
		}
		if _, err := merged.JSON(); err != nil {
			t.Error(err)
		}
	})
}

func TestEach(t *testing.T) {
	for _, jobs := range []int{1, 3, 100} {
		var times [20]int
		Each(len(times), jobs, func(i int) { times[i]++ })
		for i, n := range times {
			if n != 1 {
				t.Errorf("%d jobs: %d was called %d times", jobs, i, n)
			}
		}
	}
}
