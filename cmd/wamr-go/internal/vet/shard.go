package vet

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// Shard is a share of the modules: number Index of Count, from 1.
type Shard struct {
	Index uint64 `json:"index"`
	Count uint64 `json:"count"`
}

// MaxShards bounds the number of shards.
const MaxShards = 100_000

// NewShard returns a shard, or an error if index is not from 1 to count.
func NewShard(index, count uint64) (Shard, error) {
	if count < 1 || count > MaxShards {
		return Shard{}, fmt.Errorf("the number of shards is not from 1 to %d", MaxShards)
	}
	if index < 1 || index > count {
		return Shard{}, fmt.Errorf("the shard is not from 1 to %d", count)
	}
	return Shard{index, count}, nil
}

// ParseShard reads "I/N".
func ParseShard(text string) (Shard, error) {
	first, second, found := strings.Cut(text, "/")
	index, err := strconv.ParseUint(first, 10, 64)
	count, err2 := strconv.ParseUint(second, 10, 64)
	if !found || err != nil || err2 != nil {
		return Shard{}, fmt.Errorf("%q is not I/N, such as 1/4", text)
	}
	return NewShard(index, count)
}

// String returns "I/N".
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// holds reports whether the module of that name belongs to the shard. The
// answer depends on the name alone, so adding a module moves no other, and
// machines agree without communication.
func (s Shard) holds(name string) bool { return shardOf(name, s.Count) == s }

// shardOf returns the shard of a module. The function must not change: parts of
// different versions would overlap.
func shardOf(name string, count uint64) Shard {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return Shard{mixed(h.Sum64())%count + 1, count}
}

// mixed spreads the bits of a hash: the last bits of FNV depend on the last bits
// of the text alone. (The finalizer of SplitMix64.)
func mixed(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
