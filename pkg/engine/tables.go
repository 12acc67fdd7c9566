package engine

import (
	"math/bits"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// elementSize is the maximum size of an element of a table, in bytes: limits count with
// it. referenceSize is its size on this system.
const (
	elementSize   = 8
	referenceSize = bits.UintSize / 8
)

// tablePlan describes the tables of the module's instances.
type tablePlan struct {
	initial  []int64       // bytes of each table to begin with
	sum      *uint64       // of initial; nil without tables
	growable bool          // whether a table can grow
	elements uint64        // in element segments
	room     uint64        // number of elements by which tables can grow, together
	trap     *SegmentError // with which instantiation fails; nil for none
}

// tableLimit returns the number of elements that the tables and element
// segments of an instance may have.
func (r *Runtime) tableLimit() uint64 {
	limit := uint64(DefaultTableElements)
	if n := r.config.MaxTableElements; n > 0 {
		limit = n
	}
	if r.config.MaxMemory > 0 {
		limit = min(limit, r.config.MaxMemory/elementSize)
	}
	return limit
}

// planTables reads a module's tables and segments. The error is a
// *TableLimitError or one of package wasmbin.
func (r *Runtime) planTables(m *wasmbin.Module) (plan tablePlan, err error) {
	tables, err := m.Tables()
	if err != nil {
		return plan, err
	}
	segments, err := m.Segments(tables)
	if err != nil {
		return plan, err
	}
	plan.elements = segments.Elements
	need := segments.Elements
	for _, t := range tables {
		if t.Limits.Wide {
			continue // wazero does not support it
		}
		need += t.Limits.Min
		if plan.sum == nil {
			plan.sum = new(uint64)
		}
		*plan.sum += t.Limits.Min * referenceSize
		plan.initial = append(plan.initial, int64(t.Limits.Min)*referenceSize)
		plan.growable = plan.growable || !t.Limits.HasMax || t.Limits.Max > t.Limits.Min
	}
	limit := r.tableLimit()
	if need > limit {
		return plan, &TableLimitError{need, limit}
	}
	plan.room = limit - need
	if t := segments.Trap; t != nil {
		plan.trap = &SegmentError{t.Section == wasmbin.SectionData, t.Index, t.Offset, t.Len, t.Size}
	}
	return plan, nil
}

// tableAccount is the ledger's account of an instance's tables.
type tableAccount struct {
	handles    []memstat.Handle // of the tables
	first      [1]memstat.Handle
	references memstat.Handle
}

// acquireTables enters the tables of an instance that is about to be made.
func (in *Instance) acquireTables() {
	in.tables.handles = in.tables.first[:0] // most modules have one
	for _, bytes := range in.module.tables.initial {
		in.tables.handles = append(in.tables.handles, in.scope.Acquire(memstat.KindTable, bytes))
	}
}

// acquireReferences enters the references of an instance that was made. They
// are the same for all instances of a module.
func (in *Instance) acquireReferences() {
	if in.module.tables.elements == 0 {
		return
	}
	in.module.measureReferences.Do(func() { in.module.referenceBytes = referenceBytes(in.guest) })
	in.tables.references = in.scope.Acquire(memstat.KindReferences, in.module.referenceBytes)
}

// tableBytes enters the size of the tables of an instance that is not in use, and
// returns their sum; nil without tables, and if wazero does not report them.
func (in *Instance) tableBytes() *uint64 {
	switch {
	case in.tables.handles == nil: // not made yet, or closed
		return nil
	case !in.module.tables.growable:
		return in.module.tables.sum
	}
	sizes, ok := tableSizes(in.guest)
	if !ok || len(sizes) != len(in.tables.handles) {
		return nil
	}
	var sum uint64
	for i, bytes := range sizes {
		sum += uint64(bytes)
		in.scope.Resize(in.tables.handles[i], bytes)
	}
	return &sum
}

// releaseTables strikes out the tables and the references of an instance.
func (in *Instance) releaseTables() {
	for _, h := range in.tables.handles {
		in.scope.Release(h)
	}
	in.tables.handles = nil
	if in.tables.references != (memstat.Handle{}) {
		in.scope.Release(in.tables.references)
	}
}

// stackAccount is the stack of a call in the ledger.
type stackAccount struct {
	function api.Function
	handle   memstat.Handle // the zero Handle if wazero does not report the size
}

// acquireStack enters the stack on which a function is about to be called.
func (in *Instance) acquireStack(function api.Function) stackAccount {
	s := stackAccount{function: function}
	if bytes, ok := stackBytes(function); ok {
		s.handle = in.scope.Acquire(memstat.KindStack, bytes)
	}
	return s
}

// releaseStack strikes the stack out, after it entered the size to which it had
// grown.
func (in *Instance) releaseStack(s stackAccount) {
	if s.handle == (memstat.Handle{}) {
		return
	}
	bytes, _ := stackBytes(s.function)
	in.scope.Resize(s.handle, bytes)
	in.scope.Release(s.handle)
}
