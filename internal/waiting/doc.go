// Package waiting has guests that wait, for tests of what ends them: one for
// each way in which a WASI call can wait, with what it waits for.
package waiting
