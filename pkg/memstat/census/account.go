package census

import "sync"

// accounts are the functions given to Account.
var accounts struct {
	sync.Mutex
	mapped []func() (access, reserved int64)
}

// Account tells every later census that a package maps anonymous memory which it
// accounts for by itself, such as linear memories: they grow with their guests
// and stay mapped between them, and a lost one is missing from the package's own
// account. mapped returns how many bytes are readable and writable, and how many
// are reserved without access. The package calls Account once, when it is
// initialized. mapped is called at quiet points, from any goroutine.
func Account(mapped func() (access, reserved int64)) {
	accounts.Lock()
	defer accounts.Unlock()
	accounts.mapped = append(accounts.mapped, mapped)
}

// accounted returns the sums of all accounts, in bytes.
func accounted() (access, reserved int64) {
	accounts.Lock()
	defer accounts.Unlock()
	for _, mapped := range accounts.mapped {
		a, r := mapped()
		access += a
		reserved += r
	}
	return access, reserved
}
