package main

import (
	"errors"
	"net"
	"os"
)

// listeners are the sockets of --tcplisten, for guests to accept from.
type listeners []*os.File

// listen opens them all, or none.
func listen(addresses []string) (listeners, error) {
	var ls listeners
	for _, address := range addresses {
		f, err := listenTCP(address)
		if err != nil {
			var op *net.OpError
			if errors.As(err, &op) {
				err = op.Err // the rest of its message is said here
			}
			return nil, errors.Join(cannotRunf("--tcplisten %s: %v", address, err), ls.close())
		}
		ls = append(ls, f)
	}
	return ls, nil
}

func listenTCP(address string) (*os.File, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	f, err := l.(*net.TCPListener).File() // a duplicate: the listener itself can go
	return f, errors.Join(err, l.Close())
}

func (ls listeners) close() error {
	var err error
	for _, f := range ls {
		err = errors.Join(err, f.Close())
	}
	return err
}
