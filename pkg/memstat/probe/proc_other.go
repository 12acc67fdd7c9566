//go:build !linux

package probe

// Other systems offer no cheap and exact way to read these metrics, so they
// are absent.

func rss() Reading  { return Reading{} }
func pss() Reading  { return Reading{} }
func fds() Reading  { return Reading{} }
func maps() Reading { return Reading{} }
