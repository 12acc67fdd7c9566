package engine

import (
	"errors"
	"fmt"
	"iter"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/linmem"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

const (
	pageSize  = linmem.PageSize
	maxMemory = linmem.MaxBytes
)

// MemoryError says that the host had no memory for an instance to start with.
// A later growth that fails is no error of the host: the guest's memory.grow
// returns -1.
type MemoryError struct {
	Bytes uint64 // requested
	Err   error
}

// Error tells the size and the system's error.
func (e *MemoryError) Error() string { return (*linmem.Error)(e).Error() }

// Unwrap returns the system's error.
func (e *MemoryError) Unwrap() error { return e.Err }

// MemoryStat describes the linear memory of an instance, and its tables. It is
// zero for a module without any.
type MemoryStat struct {
	InitialBytes uint64 // at instantiation
	PeakBytes    uint64 // now, which is the peak: a WebAssembly memory never shrinks
	// TouchedBytes counts the pages that the instance has in memory, according
	// to proc_pid_pagemap(5). It is nil if that cannot be measured: on systems
	// other than Linux, after Close, and in address space with pages of an
	// earlier instance. The first instances of a runtime have it and, with
	// Config.Inspect, some of those that Cycle makes.
	TouchedBytes *uint64
	LimitBytes   uint64 // to which the memory can grow
	Grows        uint64 // successful memory.grow instructions
	// DeniedGrows counts the memory.grow instructions that failed, without those
	// that asked for more than 4 GiB in all, which wazero refuses by itself.
	DeniedGrows uint64
	// TableBytes is the size of all tables now, which is the peak: a table never
	// shrinks. It is nil without tables, after Close, and for a version of wazero that
	// does not report it.
	TableBytes *uint64
	TotalBytes uint64 // PeakBytes and TableBytes of one instance
	// Stack describes the stack in linear memory. It is nil without Config.Fuel and
	// Config.CountInstructions, for a module that does not name its stack pointer,
	// and after Close.
	Stack *report.Stack
	// Layout has the known parts of the memory by address; nil without
	// Config.Inspect.
	Layout []report.Region
	// Touched has the touched pages, with neighbours joined; nil if TouchedBytes is
	// nil.
	Touched []report.Region
}

// memoryStat measures the memory; touched also counts its pages, which takes
// system calls. The caller holds the lock.
func (in *Instance) memoryStat(touched bool) MemoryStat {
	s := in.memory.Stat()
	stat := MemoryStat{InitialBytes: s.InitialBytes, PeakBytes: s.Bytes, LimitBytes: s.LimitBytes, Grows: s.Grows, DeniedGrows: s.DeniedGrows, TotalBytes: s.Bytes}
	if tables := in.tableBytes(); tables != nil {
		stat.TableBytes = tables
		stat.TotalBytes += *tables
	}
	if in.module.runtime.config.Inspect {
		stat.Layout = in.module.layout.regions(s.Bytes)
	}
	stat.Stack = in.stackStat()
	if touched {
		if n, runs, ok := in.memory.Touched(); ok {
			stat.TouchedBytes = &n
			for _, r := range runs {
				stat.Touched = append(stat.Touched, report.Region{Offset: r.From, Bytes: r.To - r.From})
			}
		}
	}
	return stat
}

// initialMemory is the initial content of a module's memories: an image, or
// segments to copy, or neither.
type initialMemory struct {
	image    *linmem.Image
	segments iter.Seq[linmem.Segment]
}

// initialMemory lays out the initial memory of a module. If the module does not
// allow that, it is empty and wazero writes the initial memory.
func (r *Runtime) initialMemory(m *wasmbin.Module) initialMemory {
	_, active, ok := m.StripData()
	if !ok {
		return initialMemory{}
	}
	segments := segmentsOf(active)
	if r.config.NoImage {
		return initialMemory{segments: segments}
	}
	img, err := linmem.NewImage(r.scope, segments)
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			r.warn(fmt.Sprintf("instances do not share their initial memory: %v", err))
		}
		return initialMemory{segments: segments}
	}
	return initialMemory{image: img}
}

func segmentsOf(active iter.Seq[wasmbin.ActiveSegment]) iter.Seq[linmem.Segment] {
	return func(yield func(linmem.Segment) bool) {
		active(func(s wasmbin.ActiveSegment) bool { return yield(linmem.Segment(s)) })
	}
}

// newPool returns a pool for the memories of a module, which grow up to limit.
func (r *Runtime) newPool(initial initialMemory, limit uint64) *linmem.Pool {
	return linmem.NewPool(linmem.Config{
		Scope: r.scope, Image: initial.image, Segments: initial.segments,
		Pages: r.pages, KeepResident: r.config.KeepResident, Limit: &limit,
	})
}
