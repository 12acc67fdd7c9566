package leaktest

import "time"

// SetPatience shortens the wait of VerifyNone, which most tests know to be in
// vain.
func SetPatience(d time.Duration) (restore func()) {
	before := patience
	patience = d
	return func() { patience = before }
}
