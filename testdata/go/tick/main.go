// Command tick reads a line of standard input while another goroutine counts ticks of a clock, and prints how many ticks
// there were before the line came. It asks for the line when there were three.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

func main() {
	var ticks atomic.Int64
	go func() {
		for range time.Tick(5 * time.Millisecond) {
			if ticks.Add(1) == 3 {
				fmt.Println("ticking")
			}
		}
	}()
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		fmt.Fprintln(os.Stderr, "tick:", err)
		os.Exit(1)
	}
	if ticks.Load() < 3 {
		fmt.Println("the clock stood still")
		os.Exit(1)
	}
	fmt.Println("read", strings.TrimSpace(line))
}
