package main

import (
	"io"
	"net"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// freePort returns an address of this host that nobody listens on.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// cmdDial sends a text to an address, which may take a while to be listened
// on, and wants the same text back: dial ADDR TEXT.
func cmdDial(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: dial ADDR TEXT")
	}
	var conn net.Conn
	var err error
	for range 500 {
		if conn, err = net.Dial("tcp", args[0]); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Check(err)
	defer conn.Close()
	_, err = io.WriteString(conn, args[1])
	ts.Check(err)
	back, err := io.ReadAll(conn)
	ts.Check(err)
	if string(back) != args[1] {
		ts.Fatalf("%s sent %q back, want %q", args[0], back, args[1])
	}
}
