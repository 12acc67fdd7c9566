package linmem

import "github.com/wamr-go/wamr-go/pkg/memstat/census"

func init() { census.Account(mapped) }

// mapped returns the anonymous bytes of all slots: those that can be read and
// written, and those reserved for growth. An image is a file.
func mapped() (access, reserved int64) {
	space.Lock()
	defer space.Unlock()
	for p := range space.pools {
		p.mu.Lock()
		for s := range p.slots {
			image := uint64(0)
			if s.image != nil {
				image = s.image.size
			}
			access += int64(s.committed - image)
			reserved += int64(s.reserved - s.committed)
		}
		p.mu.Unlock()
	}
	return access, reserved
}
