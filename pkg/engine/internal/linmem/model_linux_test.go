package linmem

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// The initial content of the model's memories. The image ends within a page.
var modelSegments = []Segment{
	{Offset: 3, Bytes: []byte("low")},
	{Offset: PageSize - 2, Bytes: []byte("across")},
	{Offset: 70000, Bytes: bytes.Repeat([]byte{0x5a}, 9000)},
}

const (
	modelInitial = 2 * PageSize // beyond the image
	modelLimit   = 24 * PageSize
)

// model is a pool with some memories, and the expected content of each.
type model struct {
	t      *testing.T
	ledger *memstat.Ledger
	pool   *Pool
	open   []*modelMemory
}

type modelMemory struct {
	memory Memory
	scope  *memstat.Scope
	bytes  []byte
	want   []byte
}

// newModel makes a pool. Bit 0 of the variant gives it an image, bit 1 a page
// map, and bit 2 one without PAGEMAP_SCAN; bit 3 lets free slots keep little.
func newModel(t *testing.T, variant byte) *model {
	m := &model{t: t, ledger: memstat.NewLedger(memstat.SitesNever)}
	scope := m.ledger.Open(0)
	cfg := Config{Scope: scope, Segments: slices.Values(modelSegments)}
	if variant&1 != 0 {
		img, err := NewImage(scope, cfg.Segments)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Image, cfg.Segments = img, nil
	}
	if variant&2 != 0 {
		cfg.Pages = OpenPageMap()
		cfg.Pages.noScan.Store(variant&4 != 0)
	}
	if variant&8 != 0 {
		cfg.KeepResident = 5 * hostPage
	}
	m.pool = NewPool(cfg)
	t.Cleanup(func() {
		for len(m.open) > 0 {
			m.release(0)
		}
		if err := m.pool.Close(); err != nil {
			t.Error(err)
		}
		if err := cfg.Image.Close(); err != nil {
			t.Error(err)
		}
		if cfg.Pages != nil {
			cfg.Pages.Close()
		}
		if err := scope.Close(); err != nil {
			t.Error(err)
		}
		if s := m.ledger.Snapshot(); s.DoubleReleases != 0 {
			t.Errorf("%d double releases", s.DoubleReleases)
		}
	})
	return m
}

func (m *model) take(fresh bool) {
	o := &modelMemory{scope: m.ledger.Open(uint64(len(m.open) + 1)), want: make([]byte, modelInitial)}
	for _, s := range modelSegments {
		copy(o.want[s.Offset:], s.Bytes)
	}
	o.memory = m.pool.Take(o.scope, fresh)
	o.bytes = o.memory.Allocate(0, modelLimit).Reallocate(modelInitial)
	m.open = append(m.open, o)
}

func (m *model) grow(i int, pages uint64) {
	o := m.open[i]
	size := uint64(len(o.bytes)) + pages*PageSize
	b := o.memory.Reallocate(size)
	if (b != nil) != (size <= modelLimit) {
		m.t.Fatalf("growth to %d bytes: %d", size, len(b))
	}
	if b != nil {
		o.bytes = b
		o.want = append(o.want, make([]byte, pages*PageSize)...)
	}
}

func (m *model) write(i int, at, n uint64, value byte) {
	o := m.open[i]
	at %= uint64(len(o.bytes))
	n = min(n, uint64(len(o.bytes))-at)
	for j := at; j < at+n; j++ {
		o.bytes[j], o.want[j] = value, value
	}
}

func (m *model) release(i int) {
	o := m.open[i]
	m.open = slices.Delete(m.open, i, i+1)
	if err := o.memory.Release(); err != nil {
		m.t.Error(err)
	}
	if err := o.scope.Close(); err != nil {
		m.t.Error(err)
	}
}

// check compares the memories with their expected content, and the slots with
// their invariants.
func (m *model) check() {
	m.t.Helper()
	for i, o := range m.open {
		if !bytes.Equal(o.bytes, o.want) {
			m.t.Fatalf("memory %d of %d bytes lost its content", i, len(o.bytes))
		}
		stat := o.memory.Stat()
		if stat.Bytes != uint64(len(o.want)) || stat.LimitBytes != modelLimit {
			m.t.Fatalf("memory %d of %d bytes: %+v", i, len(o.want), stat)
		}
		if n, _, ok := o.memory.Touched(); ok && n > uint64(len(o.want)) {
			m.t.Fatalf("memory %d of %d bytes: %d touched", i, len(o.want), n)
		}
	}
	var reserved uint64
	for s := range m.pool.slots {
		image := uint64(0)
		if s.image != nil {
			image = s.image.size
		}
		if max(image, s.used, s.resident) > s.committed || s.committed > s.reserved || s.reserved > uint64(len(s.mapping)) {
			m.t.Fatalf("image %d, used %d, resident %d, committed %d, reserved %d of %d",
				image, s.used, s.resident, s.committed, s.reserved, len(s.mapping))
		}
		reserved += s.reserved
	}
	for _, s := range m.pool.free {
		initial := make([]byte, s.committed)
		s.image.restore(initial, 0)
		if !bytes.Equal(s.mapping[s.used:s.committed], initial[s.used:]) {
			m.t.Fatalf("a free slot of %d bytes, %d used, is not clean behind them", s.committed, s.used)
		}
	}
	for _, k := range m.ledger.Snapshot().Kinds {
		if k.Kind == memstat.KindSlot && k.LiveBytes != int64(reserved) {
			m.t.Fatalf("%d bytes of slots accounted, %d reserved", k.LiveBytes, reserved)
		}
	}
}

// run plays a script of operations, four bytes each.
func (m *model) run(script []byte) {
	for ; len(script) >= 4; script = script[4:] {
		op, which, a, b := script[0], script[1], script[2], script[3]
		if len(m.open) == 0 || op%8 == 0 && len(m.open) < 4 {
			m.take(a&1 != 0)
		}
		i := int(which) % len(m.open)
		switch op % 8 {
		case 1, 2:
			m.grow(i, uint64(a%8))
		case 3, 4, 5:
			m.write(i, uint64(a)<<13|uint64(b)<<5, 1+uint64(b)*331, op|1)
		case 6:
			m.release(i)
		case 7:
			m.pool.callIn()
			if n := len(m.pool.free); n > 0 {
				m.t.Fatalf("%d slots are free after they were called in", n)
			}
		}
		m.check()
	}
}

// FuzzPool compares the memories of a pool with slices of bytes, while they
// take, write, grow and release, and while the pool calls in its address space.
func FuzzPool(f *testing.F) {
	f.Add(byte(3), []byte("\x00\x00\x01\x00\x03\x00\x09\xff\x07\x00\x00\x00\x01\x00\x02\x00\x03\x00\x18\x80\x06\x00\x00\x00\x00\x00\x00\x00"))
	f.Add(byte(0), []byte("\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x01\x00\x07\x00\x01\x01\x02\x00\x06\x01\x00\x00\x01\x00\x07\x00"))
	f.Fuzz(func(t *testing.T, variant byte, script []byte) {
		if len(script) > 4*64 {
			return
		}
		newModel(t, variant).run(script)
	})
}

// TestPoolIsLikeSlices plays scripts by chance, for each kind of pool.
func TestPoolIsLikeSlices(t *testing.T) {
	seeds := uint64(10)
	if testing.Short() {
		seeds = 2
	}
	for variant := range byte(16) {
		for seed := range seeds {
			t.Run(fmt.Sprintf("variant %d, seed %d", variant, seed), func(t *testing.T) {
				random := rand.New(rand.NewPCG(uint64(variant), seed))
				script := make([]byte, 4*40)
				for i := range script {
					script[i] = byte(random.Uint32())
				}
				newModel(t, variant).run(script)
			})
		}
	}
}
