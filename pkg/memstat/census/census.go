package census

import (
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Config configures a census. The zero Config is usable.
type Config struct {
	// Dirs are directories of the program's own, in which it must not leave
	// files behind.
	Dirs []string
	// Root is the entry address of the function that runs a unit of work;
	// stacks end there. Without it one allocation site shows as several if the
	// work is started from several places. 0 means none.
	Root uintptr
	// Tables are the entry addresses of functions that fill bounded tables of the
	// caller's own, such as one of the stacks that a profile has. The objects that
	// they allocate are not counted: such a table grows until it is full, and in
	// proportion to the work.
	Tables []uintptr
	// Unit is the name of a unit of work in reasons; "" means "cycle".
	Unit string
	// Done is the number of units that were run before the hunt.
	Done uint64
	// Guest counts resources that only the caller knows, such as the open
	// descriptors of a guest, by calling add once or more for each identity.
	// May be nil.
	Guest func(add func(kind Kind, identity string, objects, bytes int64))
	// Quiet is called before a census, and the function that it returns after it. It
	// keeps other work of the program waiting meanwhile, whose objects would be
	// counted. May be nil.
	Quiet func() (end func())

	previous *Census // of the same hunt
}

// Count is a number of objects, and their size.
type Count struct {
	Objects int64
	Bytes   int64 // 0 if the objects have no size
}

// Census is the set of all objects alive at one moment, by identity.
type Census struct {
	counts     map[identity]Count
	counted    [kindCount]bool
	mappedByGo mappedByGo
}

// identity tells the objects of a kind apart. name is readable, or the program
// counters of a stack.
type identity struct {
	kind Kind
	name string
}

// Take collects garbage until the heap is settled, and counts. It takes some
// milliseconds, and longer while all processors are busy. runtime.MemProfileRate
// decides which heap objects are counted. Safe for concurrent use.
func Take(cfg Config) *Census {
	if cfg.Quiet != nil {
		defer cfg.Quiet()()
	}
	probe.Settled()
	c := &Census{counts: make(map[identity]Count)}
	for k := range kindTable {
		c.counted[k] = kindTable[k].count(&cfg, c)
	}
	if cfg.Guest != nil {
		cfg.Guest(func(kind Kind, name string, objects, bytes int64) {
			c.counted[kind] = true
			c.add(kind, generic(name), objects, bytes)
		})
	}
	return c
}

func (c *Census) add(kind Kind, name string, objects, bytes int64) {
	id := identity{kind, name}
	n := c.counts[id]
	n.Objects += objects
	n.Bytes += bytes
	c.counts[id] = n
}

// Total returns the sum over all identities of a kind, and whether this system
// can count it.
func (c *Census) Total(kind Kind) (Count, bool) {
	var sum Count
	for id, n := range c.counts {
		if id.kind == kind {
			sum.Objects += n.Objects
			sum.Bytes += n.Bytes
		}
	}
	return sum, c.counted[kind]
}

// identities returns those of all censuses.
func identities(censuses []*Census) []identity {
	seen := make(map[identity]struct{})
	for _, c := range censuses {
		for id := range c.counts {
			seen[id] = struct{}{}
		}
	}
	ids := make([]identity, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b identity) int {
		if a.kind != b.kind {
			return int(a.kind) - int(b.kind)
		}
		return compareNames(a.name, b.name)
	})
	return ids
}

// describe returns a readable name, and the stack if there is one.
func (id identity) describe() (name string, site []memstat.Frame) {
	if id.kind != GoHeap && id.kind != Goroutine {
		return id.name, nil
	}
	site = memstat.Symbolize(decodeStack(id.name))
	if len(site) > 0 {
		name = site[0].String()
	}
	return name, site
}
