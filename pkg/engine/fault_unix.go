//go:build unix

package engine

import "golang.org/x/sys/unix"

func loseMapping(_ *Module, bytes int) error {
	m, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	lost.Lock()
	defer lost.Unlock()
	lost.mappings = append(lost.mappings, m)
	return nil
}
