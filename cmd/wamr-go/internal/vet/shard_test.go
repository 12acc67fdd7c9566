package vet

import (
	"fmt"
	"testing"
)

func TestParseShard(t *testing.T) {
	for _, tc := range []struct {
		give string
		want Shard
		ok   bool
	}{
		{"1/1", Shard{1, 1}, true},
		{"3/4", Shard{3, 4}, true},
		{"100000/100000", Shard{100000, 100000}, true},
		{"0/4", Shard{}, false},
		{"5/4", Shard{}, false},
		{"1/0", Shard{}, false},
		{"1/100001", Shard{}, false},
		{"1", Shard{}, false},
		{"/", Shard{}, false},
		{"-1/4", Shard{}, false},
		{"1/4/2", Shard{}, false},
		{"18446744073709551616/4", Shard{}, false},
	} {
		got, err := ParseShard(tc.give)
		if got != tc.want || (err == nil) != tc.ok {
			t.Errorf("%q: %v, %v", tc.give, got, err)
		}
		if err == nil && got.String() != tc.give {
			t.Errorf("%q is written as %q", tc.give, got)
		}
	}
}

// TestShardsArePartition: each name belongs to one shard, and shards are of
// similar size.
func TestShardsArePartition(t *testing.T) {
	const names, count = 3000, 7
	var sizes [count + 1]int
	for i := range names {
		name, holders := fmt.Sprintf("plugins/%04d.wasm", i), 0
		for index := uint64(1); index <= count; index++ {
			if (Shard{index, count}).holds(name) {
				holders++
				sizes[index]++
			}
		}
		if holders != 1 {
			t.Fatalf("%s is in %d shards", name, holders)
		}
	}
	for index, n := range sizes[1:] {
		if n < names/count/2 || n > names/count*2 {
			t.Errorf("shard %d/%d has %d of %d names", index+1, count, n, names)
		}
	}
}

// TestShardIsStable pins the function: parts of two versions must fit together.
func TestShardIsStable(t *testing.T) {
	for name, want := range map[string]uint64{
		"hello.wasm": 424,
		"a/b.wasm":   470,
		"":           204,
		"é.wasm":     492,
	} {
		if got := shardOf(name, 1000); got.Index != want {
			t.Errorf("%q is in %v, not in %d/1000", name, got, want)
		}
	}
}
