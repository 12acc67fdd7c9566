package vet

import (
	"maps"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Merge joins the parts of several shards or machines. corpus lists the
// expected modules, or is nil; an expected module that no part ran becomes a
// missing row. If several parts have a module, a row of a module that ran
// replaces one of a module that did not, and otherwise the worse verdict
// counts. Merge lists the shards without a part, if the parts agree on the
// number of shards. It does not change the parts.
func Merge(parts []*Report, corpus *Corpus) *Report {
	rows := map[string]Entry{}
	for _, p := range parts {
		for _, e := range p.Modules {
			if known, ok := rows[e.Path]; !ok || e.worse(known) {
				rows[e.Path] = e
			}
		}
	}
	absent, count := missingShards(parts)
	if corpus != nil {
		for _, m := range corpus.Modules {
			name := memstat.Printable(m.Name)
			if _, ok := rows[name]; !ok {
				rows[name] = notInParts(m, absent, count)
			}
		}
	}
	merged := NewReport(slices.Collect(maps.Values(rows)))
	merged.MissingShards = absent
	for i, p := range parts {
		if i == 0 {
			merged.Root, merged.Version = p.Root, p.Version
		}
		if p.Root != merged.Root {
			merged.Root = ""
		}
		if p.Version != merged.Version {
			merged.Version = ""
		}
		merged.Interrupted = merged.Interrupted || p.Interrupted
	}
	return merged
}

// worse reports whether the row is worse than another: by its verdict, and then by the
// memory of an instance.
func (e Entry) worse(than Entry) bool {
	if a, b := e.Verdict.severity(), than.Verdict.severity(); a != b {
		return a > b
	}
	return e.InstanceBytes != nil && (than.InstanceBytes == nil || *e.InstanceBytes > *than.InstanceBytes)
}

func notInParts(m Module, absent []Shard, count uint64) Entry {
	if count > 0 {
		if s := shardOf(m.Name, count); slices.Contains(absent, s) {
			return MissingEntry(m.Name, "there is no part of shard %v", s)
		}
	}
	return MissingEntry(m.Name, "it is in no part")
}

// missingShards returns the shards that no part covers, and the number of
// shards: 0 if the parts do not record it, or disagree, or one of them has all
// modules.
func missingShards(parts []*Report) (absent []Shard, count uint64) {
	have := map[Shard]bool{}
	for _, p := range parts {
		covers := []*Shard{p.Shard}
		if p.Shard == nil && len(p.MissingShards) > 0 {
			// A former merge, of all shards but these.
			count := p.MissingShards[0].Count
			covers = nil
			for i := uint64(1); i <= count; i++ {
				if s := (Shard{i, count}); !slices.Contains(p.MissingShards, s) {
					covers = append(covers, &s)
				}
			}
		}
		for _, s := range covers {
			if s == nil || count != 0 && s.Count != count {
				return nil, 0
			}
			count = s.Count
			have[*s] = true
		}
	}
	for i := uint64(1); i <= count; i++ {
		if s := (Shard{i, count}); !have[s] {
			absent = append(absent, s)
		}
	}
	return absent, count
}
