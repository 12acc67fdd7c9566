package engine

import (
	"encoding/binary"
	"reflect"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// elementSize is what an element of a table takes, in bytes.
const elementSize = 8

// tablePlan is what the instances of a module have of tables.
type tablePlan struct {
	initial  []int64        // bytes of each table to begin with
	growable bool           // whether a table can grow
	elements uint64         // in element segments
	edits    []wasmbin.Edit // that write a maximum into the limits of tables
	variant  []byte         // of the cache's key, where the edits depend on the configuration
	trap     *SegmentError  // with which instantiation fails; nil for none
}

// tableLimit returns how many elements the tables and element segments of an
// instance may have.
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

// planTables looks at a module's tables and segments. The error is a
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
		plan.initial = append(plan.initial, int64(t.Limits.Min)*elementSize)
		plan.growable = plan.growable || !t.Limits.HasMax || t.Limits.Max > t.Limits.Min
	}
	limit := r.tableLimit()
	if need > limit {
		return plan, &TableLimitError{need, limit}
	}
	if limit != DefaultTableElements && !m.CanGrowTables() {
		limit = DefaultTableElements // so that the code in the cache serves any limit
	}
	plan.edits = m.CapTables(limit - min(need, limit))
	if limit != DefaultTableElements && plan.edits != nil {
		plan.variant = binary.LittleEndian.AppendUint64(nil, limit)
	}
	if t := segments.Trap; t != nil {
		plan.trap = &SegmentError{t.Section == wasmbin.SectionData, t.Index, t.Offset, t.Len, t.Size}
	}
	return plan, nil
}

// tableAccount is what an instance has in the ledger for its tables.
type tableAccount struct {
	handles    []memstat.Handle // of the tables
	references memstat.Handle
}

// acquireTables enters the tables of an instance that is about to be made.
func (in *Instance) acquireTables() {
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

// tableBytes enters the size of the tables, of an instance that is not used by
// anyone else, and returns it; nil if there are none, or wazero does not tell.
func (in *Instance) tableBytes() *uint64 {
	sizes, ok := in.module.tables.initial, true
	if in.module.tables.growable {
		sizes, ok = tableSizes(in.guest)
	}
	if !ok || len(sizes) == 0 || len(sizes) != len(in.tables.handles) {
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

// wazero v1.12.0 tells nobody the size of a table. Its instance of a module is a
// struct with exported fields that have it, of an internal package: reflection
// reads them, and finds nothing if they change, which TestTableSizes tells.
// Remove when wazero has an API for tables.

// tableSizes returns the bytes of each table of a guest, with the room that Go
// left for it to grow.
func tableSizes(guest api.Module) ([]int64, bool) {
	tables := field(reflect.ValueOf(guest), "Tables")
	if tables.Kind() != reflect.Slice {
		return nil, false
	}
	sizes := make([]int64, tables.Len())
	for i := range sizes {
		elements := field(tables.Index(i), "References")
		if elements.Kind() != reflect.Slice {
			return nil, false
		}
		sizes[i] = sliceBytes(elements)
	}
	return sizes, true
}

// referenceBytes returns the bytes of a guest's passive element segments, and of
// the references to functions that wazero made for its elements.
func referenceBytes(guest api.Module) int64 {
	var n int64
	if segments := field(reflect.ValueOf(guest), "ElementInstances"); segments.Kind() == reflect.Slice {
		for i := range segments.Len() {
			n += sliceBytes(segments.Index(i))
		}
	}
	// The compiler's references are structs, those of the interpreter are
	// pointers to functions.
	if functions := field(field(reflect.ValueOf(guest), "Engine"), "localFunctionInstances"); functions.Kind() == reflect.Slice {
		n += sliceBytes(functions) + int64(functions.Len())*int64(functions.Type().Elem().Elem().Size())
	}
	return n
}

func sliceBytes(slice reflect.Value) int64 {
	return int64(slice.Cap()) * int64(slice.Type().Elem().Size())
}

// field returns a field of the struct that v is, or points to; the zero Value if
// there is none.
func field(v reflect.Value, name string) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.FieldByName(name)
}
