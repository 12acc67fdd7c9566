package engine

// OpenFDs describes the descriptors that a guest opened and did not close.
// Closing the instance closes them; they are no leak of the host.
type OpenFDs struct {
	Count int
	// First is the guest's current path of the lowest of them; "" if it has
	// none, such as a connection, or if the system does not report it. Only
	// Linux does.
	First string
}

// OpenFDs returns the descriptors that the guest has left open. It is zero once
// the instance is closed.
func (in *Instance) OpenFDs() OpenFDs {
	in.mu.Lock()
	defer in.mu.Unlock()
	return OpenFDs{}.larger(in)
}

// larger returns o, or the descriptors of the instance if it has left more
// open. Only then does it look up the path.
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
