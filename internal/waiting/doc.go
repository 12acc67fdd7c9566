// Package waiting has guests that wait, to test the ways to end them: a guest
// for each way in which a WASI call can wait, with the event that it waits for.
package waiting
