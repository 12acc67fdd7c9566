package pprof

import (
	"compress/gzip"
	"io"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Value names a kind of value and its unit, such as cpu in nanoseconds or
// alloc_space in bytes. pprof scales nanoseconds and bytes; it shows "count" without
// a unit.
type Value struct{ Type, Unit string }

// Header describes a profile.
type Header struct {
	// Types are the kinds of the values that each sample has, in their order.
	Types []Value
	// Default is the Type that pprof shows first; "" means the last of Types.
	Default string
	// PeriodType and Period say how far samples are apart, such as cpu nanoseconds
	// and 10,000,000. The zero PeriodType means that nothing was sampled.
	PeriodType Value
	Period     int64
	// Time is when the profile began, and Duration how long it took. A zero Time
	// is unknown.
	Time     time.Time
	Duration time.Duration
	// Binary is the path of the guest's module.
	Binary string
	// Comments are lines that pprof prints before a report.
	Comments []string
}

// Builder collects the samples of one profile. It is used by one goroutine at a
// time. It holds no resource: one that is not written is dropped.
type Builder struct {
	header    Header
	samples   message // of the Profile, encoded
	strings   table[string]
	functions table[function]
	locations table[string] // by the encoded message without its id
	scratch   message
	ids       []uint64
	values    []uint64
}

type function struct{ name, file uint64 } // strings

// New returns the builder of a profile without samples.
func New(h Header) *Builder {
	b := &Builder{header: h}
	b.strings.id("") // which the format wants first
	return b
}

// Add adds a sample: a value for each of Header.Types, in their order. Fewer values
// mean zeros, and further ones are left out. stack has its innermost call first, as
// [memstat.Frame] describes it: a frame without WasmFunction was inlined into the
// next one that has it. Add keeps neither slice. Names are made printable, as they
// may come from a guest.
func (b *Builder) Add(stack []memstat.Frame, values ...int64) {
	b.ids, b.values = b.ids[:0], b.values[:0]
	for len(stack) > 0 {
		n := 1
		for n < len(stack) && stack[n-1].WasmFunction == nil {
			n++
		}
		b.ids = append(b.ids, b.location(stack[:n]))
		stack = stack[n:]
	}
	for i := range b.header.Types {
		v := int64(0)
		if i < len(values) {
			v = values[i]
		}
		b.values = append(b.values, uint64(v))
	}
	var sample message
	sample.packed(sampleLocations, b.ids)
	sample.packed(sampleValues, b.values)
	b.samples.bytes(profileSample, sample)
}

// location returns the number of a call and of those inlined into it, innermost
// first.
func (b *Builder) location(frames []memstat.Frame) uint64 {
	m := b.scratch[:0]
	m.number(locationMapping, mapping)
	m.number(locationAddress, frames[len(frames)-1].WasmOffset)
	for _, f := range frames {
		name := f.Function
		if name == "" {
			name = "(inlined)"
		}
		var line message
		line.number(lineFunction, b.functions.id(function{b.string(name), b.string(f.File)})+1)
		line.number(lineNumber, uint64(max(f.Line, 0)))
		m.bytes(locationLine, line)
	}
	b.scratch = m
	return b.locations.id(string(m)) + 1
}

func (b *Builder) string(s string) uint64 { return b.strings.id(memstat.Printable(s)) }

// WriteTo writes the profile, and returns the bytes that it wrote. It implements
// [io.WriterTo]. Samples can be added afterwards, and the profile written again.
func (b *Builder) WriteTo(w io.Writer) (int64, error) {
	count := &counter{w: w}
	z := gzip.NewWriter(count)
	_, err := z.Write(b.encode())
	if closed := z.Close(); err == nil {
		err = closed
	}
	return count.n, err
}

// counter counts the written bytes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// encode returns the Profile.
func (b *Builder) encode() []byte {
	h := &b.header
	var m message
	for _, t := range h.Types {
		m.bytes(profileSampleType, b.value(t))
	}
	m = append(m, b.samples...)
	m.bytes(profileMapping, b.mapping())
	for i, l := range b.locations.all {
		m.bytes(profileLocation, append(numbered(i), l...))
	}
	for i, f := range b.functions.all {
		n := numbered(i)
		n.number(functionName, f.name)
		n.number(functionSystemName, f.name)
		n.number(functionFile, f.file)
		m.bytes(profileFunction, n)
	}
	if !h.Time.IsZero() {
		m.number(profileTime, uint64(h.Time.UnixNano()))
	}
	m.number(profileDuration, uint64(h.Duration))
	if h.PeriodType != (Value{}) {
		m.bytes(profilePeriodType, b.value(h.PeriodType))
		m.number(profilePeriod, uint64(h.Period))
	}
	for _, c := range h.Comments {
		m.number(profileComment, b.string(c))
	}
	m.number(profileDefault, b.string(h.Default))
	for _, s := range b.strings.all { // last: encoding the rest adds some
		m.bytes(profileString, []byte(s))
	}
	return m
}

func (b *Builder) value(v Value) message {
	var m message
	m.number(valueType, b.string(v.Type))
	m.number(valueUnit, b.string(v.Unit))
	return m
}

// mapping is the number of the only one.
const mapping = 1

// mapping describes the module, whose addresses are offsets in its file. pprof then
// looks for no symbols.
func (b *Builder) mapping() message {
	m := numbered(mapping - 1)
	m.number(mappingLimit, 1<<32)
	m.number(mappingFile, b.string(b.header.Binary))
	for _, has := range [...]int{mappingHasFunctions, mappingHasFiles, mappingHasLines, mappingHasInlined} {
		m.number(has, 1)
	}
	return m
}

// table numbers values from 0, each once.
type table[T comparable] struct {
	known map[T]uint64
	all   []T
}

func (t *table[T]) id(v T) uint64 {
	if id, ok := t.known[v]; ok {
		return id
	}
	if t.known == nil {
		t.known = make(map[T]uint64)
	}
	id := uint64(len(t.all))
	t.known[v], t.all = id, append(t.all, v)
	return id
}
