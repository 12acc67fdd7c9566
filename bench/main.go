// Command bench measures wamr-go against its peers and prints the ratios. It
// builds the programs it needs, skips peers that are not there, and exits with
// 0 even if a bar is missed, unless -strict is given. Run it in its directory.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	rounds := f.Int("rounds", 5, "samples of each contestant, interleaved; medians need 5 or more")
	quick := f.Bool("quick", false, "short samples, to see that it works; not to publish")
	only := f.String("only", "", "measure only rows whose name matches this regular expression")
	jsonFile := f.String("json", "results.json", "write the results to this file; none if empty")
	mdFile := f.String("md", "", "write the results as a page of documentation to this file")
	strict := f.Bool("strict", false, "exit with 1 if a bar is missed")
	wamrgo := f.String("wamr-go", "", "measure this wamr-go program instead of building one")
	if err := f.Parse(args); err != nil {
		return exitUsage
	}
	if *rounds < 1 || f.NArg() > 0 {
		fmt.Fprintln(stderr, "error: -rounds is at least 1, and there are no arguments")
		return exitUsage
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(stderr, "error: -only:", err)
		return exitUsage
	}
	res, err := measure(ctx, options{rounds: *rounds, quick: *quick, only: pattern, wamrgo: *wamrgo})
	if err == nil {
		err = res.publish(stdout, *jsonFile, *mdFile)
	}
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return exitFailed
	}
	if *strict && res.missed() > 0 {
		fmt.Fprintf(stderr, "error: %d bars missed\n", res.missed())
		return exitFailed
	}
	return exitOK
}

func (r *results) publish(stdout io.Writer, jsonFile, mdFile string) error {
	if err := r.print(stdout); err != nil {
		return err
	}
	if jsonFile != "" {
		if err := r.write(jsonFile); err != nil {
			return err
		}
	}
	if mdFile != "" {
		return r.writeMarkdown(mdFile)
	}
	return nil
}
