package vet

import "sync"

// Each calls do with 0 to n-1, each once, on at most jobs goroutines, and
// returns when all calls have returned.
func Each(n, jobs int, do func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(n, jobs) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
