package engine

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/pprof"
)

// ErrNotProfiled is the error for a profile without Config.CPUProfile.
var ErrNotProfiled = errors.New("the module is not profiled")

// Bounds of a profile's memory: the calls of a stack, and the stacks that are told
// apart.
const (
	profiledCalls  = 128
	profiledStacks = 1 << 16
)

// cpuProfile adds up the samples of all instances of a module.
type cpuProfile struct {
	mu      sync.Mutex
	stacks  heapStacks
	samples []cpuSample // by StackID-1
	idle    []*sampler  // of no call at present; the last one is taken first
	began   time.Time   // the first call
	ended   time.Time   // the last one
}

// cpuSample is the sum of the samples of one stack.
type cpuSample struct {
	count int64
	time  time.Duration
}

func newCPUProfile(m *Module) *cpuProfile {
	return &cpuProfile{stacks: heapStacks{module: m, nearby: true}}
}

// take returns the sampler for a call, which give takes back.
func (p *cpuProfile) take() *sampler {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.began.IsZero() {
		p.began = time.Now()
	}
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return s
	}
	return &sampler{profile: p}
}

func (p *cpuProfile) give(s *sampler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle, p.ended = append(p.idle, s), time.Now()
}

// add adds a sample of a stack, in the form of heapStacks.all.
//
//go:noinline
func (p *cpuProfile) add(stack []byte, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := string(stack)
	if _, known := p.stacks.known[key]; !known && len(p.stacks.all) >= profiledStacks {
		key = ""
	}
	id := int(p.stacks.number(key))
	if id > len(p.samples) {
		p.samples = append(p.samples, cpuSample{})
	}
	p.samples[id-1].count++
	p.samples[id-1].time += d
}

// WriteCPUProfile writes where the module's guests spent their time so far, in the
// format of `go tool pprof`: the samples of all instances, each with a stack of the
// guest's functions, with source files, lines and inlined calls where the module has
// DWARF. The values of a sample are their number, and CPU time of the thread in
// nanoseconds (on systems other than Linux and macOS, time that passed).
//
// A guest is sampled once a millisecond of its time, at the next function entry or
// loop header, or call of WASI: docs/profiling.md says what follows from that. A
// guest that ran for less may have no sample.
//
// It can be called at any time, also after Close, and from any goroutine. It returns
// the number of samples. The error is ErrNotProfiled, or that of w.
func (m *Module) WriteCPUProfile(w io.Writer) (samples int64, err error) {
	if m.profile == nil {
		return 0, ErrNotProfiled
	}
	b, samples := m.profile.build()
	_, err = b.WriteTo(w)
	return samples, err
}

// build returns the profile, and the number of its samples.
func (p *cpuProfile) build() (b *pprof.Builder, samples int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	end := p.ended
	if n := len(p.idle); n == 0 { // a call is in progress
		end = time.Now()
	}
	b = pprof.New(pprof.Header{
		Types:      []pprof.Value{{Type: "samples", Unit: "count"}, profiledTime},
		Default:    profiledTime.Type,
		PeriodType: profiledTime,
		Period:     samplePeriod.Nanoseconds(),
		Time:       p.began,
		Duration:   end.Sub(p.began),
		Binary:     p.stacks.module.info.Path,
		Comments:   []string{"samples are taken at function entries, loop headers and calls of WASI"},
	})
	for i, s := range p.samples {
		frames := p.stacks.Frames(guestheap.StackID(i + 1))
		for j, f := range frames {
			if f.WasmFunction != nil && f.Function == indexName(*f.WasmFunction) {
				frames[j].Function = fmt.Sprintf("wasm-function[%d]", *f.WasmFunction)
			}
		}
		if len(frames) == 0 {
			frames = []memstat.Frame{{Function: "(further stacks)"}}
		}
		b.Add(frames, s.count, s.time.Nanoseconds())
		samples += s.count
	}
	return b, samples
}

// imported returns the index that a host function has among the guest's imports.
func (p *cpuProfile) imported(d api.FunctionDefinition) uint32 {
	for index, i := range p.stacks.module.importedFunctions() {
		for _, name := range d.ExportNames() {
			if i.Module == d.ModuleName() && i.Name == name {
				return index
			}
		}
	}
	return 0
}

// importedFunctions iterates over the functions that the guest imports, by index.
func (m *Module) importedFunctions() func(yield func(uint32, wasmbin.ImportEntry) bool) {
	return func(yield func(uint32, wasmbin.ImportEntry) bool) {
		index := uint32(0)
		for _, i := range m.binary.Imports {
			if i.Kind == wasmbin.ImportFunction {
				if !yield(index, i) {
					return
				}
				index++
			}
		}
	}
}
