package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Target prices the ledger's objects for a device that this process does not
// run on: the ledger's counts times that device's sizes.
type Target struct {
	Name   string       `json:"name"`
	Source string       `json:"source"` // where the sizes come from
	Basis  string       `json:"basis"`  // how they were determined
	Kinds  []TargetKind `json:"kinds"`  // acquired kinds that the source gives a size for
}

// TargetKind is the cost of one kind on the device.
type TargetKind struct {
	Kind          memstat.Kind `json:"kind"`
	BytesEach     uint64       `json:"bytes_each"`
	What          string       `json:"what"` // the parts of the bytes
	LeakedObjects uint64       `json:"leaked_objects"`
	LeakedBytes   uint64       `json:"leaked_bytes"`
	PeakObjects   uint64       `json:"peak_objects"` // the most that one instance held at once
	PeakBytes     uint64       `json:"peak_bytes"`
}

type device struct {
	name, source, basis string
	kinds               []deviceSize
}

type deviceSize struct {
	kind  memstat.Kind
	bytes uint64
	what  string
}

// targets leaves out kinds without a single size: a prestat costs a slot and a
// copied name, and wasm-micro-runtime keeps args and environ in one struct.
var targets = []device{{
	name:   "esp32s3",
	source: "wasm-micro-runtime issue 4192, ESP-IDF",
	basis: "lock: the heap objects of ESP-IDF's pthread_rwlock_t, with heap headers; " +
		"others: sizeof wasm-micro-runtime's libc-wasi structs, compiled for 32-bit Arm with " +
		"ESP-IDF's 4-byte lock handles, without heap headers",
	kinds: []deviceSize{
		{memstat.KindSystem, 44, "WASIContext"},
		{memstat.KindFDTable, 16, "fd_table without its slots"},
		{memstat.KindFDEntry, 32, "fd_object"},
		{memstat.KindPrestatTable, 16, "fd_prestats without its slots"},
		{memstat.KindPrestatLock, 216, "rwlock 12, mutex 12, condition 12, 2 queues of 80, 5 heap headers of 4"},
	},
}}

// Targets returns the names of the devices that [NewTarget] knows.
func Targets() []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	return names
}

// NewTarget prices a snapshot of the ledger for the named device. It returns an
// error that lists the known names if it does not know this one.
func NewTarget(name string, s memstat.Snapshot) (*Target, error) {
	at := slices.IndexFunc(targets, func(t device) bool { return t.name == name })
	if at < 0 {
		return nil, fmt.Errorf("unknown target %q; known: %s", name, strings.Join(Targets(), ", "))
	}
	leaked := map[memstat.Kind]uint64{}
	for _, l := range s.Leaks {
		leaked[l.Kind] += uint64(l.Objects)
	}
	r := &Target{Name: name, Source: targets[at].source, Basis: targets[at].basis, Kinds: []TargetKind{}}
	for _, size := range targets[at].kinds {
		row := slices.IndexFunc(s.Kinds, func(k memstat.KindStat) bool { return k.Kind == size.kind })
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
