package main

import (
	"errors"
	"net"
	"os"
)

// listeners are the listening sockets of --tcplisten.
type listeners []*os.File

// listen opens them all, or none, and reports the port of each address that
// left the choice to the system.
func listen(addresses []string, report func(format string, args ...any)) (listeners, error) {
	var ls listeners
	for _, address := range addresses {
		f, actual, err := listenTCP(address)
		if err != nil {
			var op *net.OpError
			if errors.As(err, &op) {
				err = op.Err // the message below has the rest
			}
			return nil, errors.Join(cannotRunf("--tcplisten %s: %v", address, err), ls.close())
		}
		ls = append(ls, f)
		if _, port, err := net.SplitHostPort(address); err == nil && (port == "" || port == "0") {
			report("listening on %s", actual)
		}
	}
	return ls, nil
}

func listenTCP(address string) (*os.File, net.Addr, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	actual := l.Addr()
	f, err := l.(*net.TCPListener).File() // a duplicate, so the listener can be closed
	return f, actual, errors.Join(err, l.Close())
}

func (ls listeners) close() error {
	var err error
	for _, f := range ls {
		err = errors.Join(err, f.Close())
	}
	return err
}
