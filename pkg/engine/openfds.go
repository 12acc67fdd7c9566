package engine

// OpenFDs tells of the descriptors that a guest opened and did not close.
// Closing the instance closes them; they are no leak of the host.
type OpenFDs struct {
	Count int
	// First is the guest's path of the lowest of them, as it is when it is
	// asked for; "" if there is none, as for a connection, or the system does
	// not tell. Only Linux does.
	First string
}

// OpenFDs returns what the guest has left open. It is zero once the instance
// is closed.
func (in *Instance) OpenFDs() OpenFDs {
	in.mu.Lock()
	defer in.mu.Unlock()
	return OpenFDs{}.larger(in)
}

// larger returns o, or what the instance has left open if that is more. Only
// then is the path looked up.
func (o OpenFDs) larger(in *Instance) OpenFDs {
	if in.closed {
		return o
	}
	count, first := in.system.LeftOpen()
	if count <= o.Count {
		return o
	}
	return OpenFDs{count, in.system.GuestPath(first)}
}
