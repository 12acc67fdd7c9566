// Command hello prints one line: the smallest Go guest.
package main

import "fmt"

func main() {
	fmt.Println("hello from Go")
}
