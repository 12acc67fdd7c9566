package engine

import (
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// memoryLayout is the place where LLVM's linker put the parts of the linear
// memory: the stack first and the data above it, or the other way round, and
// the heap above both. Addresses are in bytes; an unknown part is empty.
type memoryLayout struct {
	dataFrom, dataTo   uint64
	stackFrom, stackTo uint64
}

// layoutOf reads the layout from the active data segments and the stack pointer.
func layoutOf(m *wasmbin.Module) (l memoryLayout) {
	first := true
	for s := range m.DataSegments() {
		address, ok := s.Address()
		if !s.Active || !ok || s.Memory != 0 || len(s.Init) == 0 {
			continue
		}
		if first || address < l.dataFrom {
			l.dataFrom = address
		}
		first, l.dataTo = false, max(l.dataTo, address+uint64(len(s.Init)))
	}
	if _, top, ok := m.StackPointer(); ok {
		l.stackTo = top
		if top > l.dataFrom {
			l.stackFrom = min(l.dataTo, top) // variables without initial values are at its low end
		}
	}
	return l
}

// stackStat measures the stack in linear memory. The caller holds the lock.
func (in *Instance) stackStat() *report.Stack {
	lowest, watched := in.module.plan.Lowest()
	guest, ok := in.guest.(experimental.InternalModule)
	if !watched || !ok || in.closed {
		return nil
	}
	l := in.module.layout
	reached := uint64(uint32(guest.Global(int(lowest)).Get()))
	return &report.Stack{SizeBytes: l.stackTo - l.stackFrom, SizeIsBound: l.stackFrom > 0, PeakBytes: l.stackTo - min(reached, l.stackTo)}
}

// regions returns the known parts of a memory of that many bytes, by address.
func (l memoryLayout) regions(size uint64) []report.Region {
	var regions []report.Region
	add := func(name string, from, to uint64) {
		if to = min(to, size); from < to {
			regions = append(regions, report.Region{Name: name, Offset: from, Bytes: to - from})
		}
	}
	if l.stackTo <= l.dataFrom {
		add("stack", l.stackFrom, l.stackTo)
		add("data", l.dataFrom, l.dataTo)
	} else {
		add("data", l.dataFrom, l.dataTo)
		add("stack", l.stackFrom, l.stackTo)
	}
	if l.stackTo > 0 {
		add("heap", max(l.dataTo, l.stackTo), size)
	}
	return regions
}
