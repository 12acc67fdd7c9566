package memstat

import (
	"fmt"
	"slices"
	"strings"
)

// TargetReport says what the ledger's objects cost on a device that this
// process does not run on: counts from the ledger times that device's sizes.
type TargetReport struct {
	Name   string       `json:"name"`
	Source string       `json:"source"` // where the sizes are from
	Basis  string       `json:"basis"`  // how they were found there
	Kinds  []TargetKind `json:"kinds"`  // acquired kinds of which the source gives a size
}

// TargetKind is the cost of one kind on the device.
type TargetKind struct {
	Kind          Kind   `json:"kind"`
	BytesEach     uint64 `json:"bytes_each"`
	What          string `json:"what"` // what the bytes are
	LeakedObjects uint64 `json:"leaked_objects"`
	LeakedBytes   uint64 `json:"leaked_bytes"`
	PeakObjects   uint64 `json:"peak_objects"` // the most that one instance held at once
	PeakBytes     uint64 `json:"peak_bytes"`
}

type target struct {
	name, source, basis string
	kinds               []targetSize
}

type targetSize struct {
	kind  Kind
	bytes uint64
	what  string
}

// Kinds that a source gives no single size for are left out: a prestat costs
// a slot and a copied name, and wasm-micro-runtime keeps args and environ in
// one struct.
var targets = []target{{
	name:   "esp32s3",
	source: "wasm-micro-runtime issue 4192, ESP-IDF",
	basis: "lock: the heap objects of ESP-IDF's pthread_rwlock_t, with heap headers; " +
		"others: sizeof wasm-micro-runtime's libc-wasi structs, compiled for 32-bit Arm with " +
		"ESP-IDF's 4-byte lock handles, without heap headers",
	kinds: []targetSize{
		{KindSystem, 44, "WASIContext"},
		{KindFDTable, 16, "fd_table without its slots"},
		{KindFDEntry, 32, "fd_object"},
		{KindPrestatTable, 16, "fd_prestats without its slots"},
		{KindPrestatLock, 216, "rwlock 12, mutex 12, condition 12, 2 queues of 80, 5 heap headers of 4"},
	},
}}

// Targets returns the names that NewTargetReport knows.
func Targets() []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	return names
}

// NewTargetReport prices a ledger's snapshot for the named device. An unknown
// name is an error that lists the known ones.
func NewTargetReport(name string, s Snapshot) (*TargetReport, error) {
	at := slices.IndexFunc(targets, func(t target) bool { return t.name == name })
	if at < 0 {
		return nil, fmt.Errorf("unknown target %q; known: %s", name, strings.Join(Targets(), ", "))
	}
	var leaked [kindCount]uint64
	for _, l := range s.Leaks {
		leaked[l.Kind] += uint64(l.Objects)
	}
	r := &TargetReport{Name: name, Source: targets[at].source, Basis: targets[at].basis, Kinds: []TargetKind{}}
	for _, size := range targets[at].kinds {
		row := slices.IndexFunc(s.Kinds, func(k KindStat) bool { return k.Kind == size.kind })
		if row < 0 {
			continue
		}
		peak := uint64(s.Kinds[row].PeakObjects)
		r.Kinds = append(r.Kinds, TargetKind{
			Kind: size.kind, BytesEach: size.bytes, What: size.what,
			LeakedObjects: leaked[size.kind], LeakedBytes: leaked[size.kind] * size.bytes,
			PeakObjects: peak, PeakBytes: peak * size.bytes,
		})
	}
	return r, nil
}
