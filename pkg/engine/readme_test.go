package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// run runs a program once. Its error names the resources that the program took from the host and did not give back.
func run(ctx context.Context, path string) (err error) {
	binary, err := engine.Load(ctx, path, nil)
	if err != nil {
		return err
	}
	runtime := engine.NewRuntime(engine.Config{})
	defer func() { err = errors.Join(err, runtime.Close(ctx)) }() // it closes the module, too
	module, err := runtime.Compile(ctx, binary)
	if err != nil {
		return err
	}
	instance, err := module.Instantiate(ctx, wasi.Config{Args: []string{"plugin"}, Stdout: os.Stdout})
	if err != nil {
		return err
	}
	fmt.Println(instance.Start(ctx)) // exit 0
	return instance.Close(ctx)       // a *memstat.LeakError if something was lost
}

// Example_readme runs the function that README shows.
func Example_readme() {
	fmt.Println(run(context.Background(), "../../testdata/c/hello.wasm"))
	// Output:
	// hello, world
	// exit 0
	// <nil>
}

// TestReadme: the function above is the one in README.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(readme), "```go\n")
	shown, _, found := strings.Cut(shown, "```\n")
	if !found || !strings.Contains(string(own), "\n"+shown+"\n") {
		t.Errorf("README shows another function:\n%s", shown)
	}
}
