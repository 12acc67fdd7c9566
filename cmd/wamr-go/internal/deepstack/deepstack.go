// Package deepstack is imported for its effect: the stack of the main goroutine
// grows to 32 KiB at once, before other packages are initialized.
//
// A run of the command line needs that much anyway, and would get there by
// doubling. Each time the runtime copies the stack and looks up every function
// on it, in tables that then come into memory from the binary: 600 KiB in all.
// TestDeepStack of the command measures them.
//
// Packages are initialized in the order of their paths, after their imports. So
// this one has no imports.
package deepstack

func init() { grow(false) }

// grow has a large frame. It is not touched, so that it costs no memory.
//
//go:noinline
func grow(touch bool) byte {
	if !touch {
		return 0
	}
	var frame [16 << 10]byte
	for i := range frame {
		frame[i] = byte(i)
	}
	return frame[len(frame)/2]
}
