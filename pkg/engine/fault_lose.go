package engine

import (
	"errors"
	"os"
	"runtime"
	"sync"
)

// lost holds the objects that faults lost, so that the garbage collector does
// not take them.
var lost struct {
	sync.Mutex
	objects  [][]byte
	files    []*os.File
	mappings [][]byte
}

func loseHeap(_ *Module, bytes int) error {
	object := make([]byte, bytes)
	lost.Lock()
	defer lost.Unlock()
	lost.objects = append(lost.objects, object)
	return nil
}

func loseDescriptor(*Module, int) error {
	f, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	lost.Lock()
	defer lost.Unlock()
	lost.files = append(lost.files, f)
	return nil
}

func loseGoroutine(*Module, int) error {
	go sleepForever()
	return nil
}

func sleepForever() { select {} }

// loseThread locks a goroutine to a thread and blocks it there.
func loseThread(*Module, int) error {
	started := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		close(started)
		select {}
	}()
	<-started
	return nil
}

// loseSlot takes a mapping for an instance and does not return it to the pool.
func loseSlot(m *Module, _ int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	memory := m.slots.Take(nil, false)
	memory.Allocate(pageSize, pageSize).Reallocate(pageSize)
	return nil
}

// loseGuestMemory takes bytes from the linear memory of the guest, like a guest
// that forgets a block: the memory grows by a page when the bytes of all cycles
// fill one. A memory that is full stays unchanged.
func loseGuestMemory(c *cycles, in *Instance, bytes int) error {
	now := c.lost.Add(uint64(bytes))
	pages := now/pageSize - (now-uint64(bytes))/pageSize
	memory := in.guest.Memory()
	if memory == nil {
		return errors.New("the fault guest-memory needs a module with a memory")
	}
	if pages > 0 && !in.guest.IsClosed() {
		memory.Grow(uint32(pages))
	}
	return nil
}
