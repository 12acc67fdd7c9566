package main

import (
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// finishVet writes the report to its places and sets the exit code. code is that of a
// signal, or 0.
func finishVet(a *app, o *vetOptions, r *vet.Report, files vetFiles, code int) error {
	out := reportOutput{format: o.format, color: o.run.color}
	err := out.write(a, func(options report.Options) ([]byte, error) { return renderVet(r, o.format, options) })
	if err != nil {
		return err
	}
	if err := files.write(r); err != nil {
		return err
	}
	if code == 0 {
		code = vetCode(r)
	}
	endVet(a, r, code)
	return nil
}

// endVet sets the exit code, and says why it is not 0.
func endVet(a *app, r *vet.Report, code int) {
	if a.code = code; code != 0 {
		a.ui.errorf("%s (exit code %d)", vetProblem(r), code)
	}
}

// vetCode returns the exit code for a report.
func vetCode(r *vet.Report) int {
	switch {
	case r.Lost() > 0:
		return exitLeak
	case r.Unjudged() > 0 || len(r.MissingShards) > 0:
		return exitCannotRun
	default:
		return 0
	}
}

// vetProblem returns the reason why the exit code is not 0.
func vetProblem(r *vet.Report) string {
	var parts []string
	if r.Interrupted {
		parts = append(parts, "interrupted")
	}
	if n := r.Lost(); n > 0 {
		parts = append(parts, fmt.Sprintf("%s lost something or passed a budget", modulesText(n)))
	}
	if n := r.Unjudged(); n > 0 {
		parts = append(parts, modulesText(n)+" did not run to the end")
	}
	if len(r.MissingShards) > 0 {
		var names []string
		for _, s := range r.MissingShards {
			names = append(names, s.String())
		}
		parts = append(parts, "there is no part of shard "+strings.Join(names, ", "))
	}
	return strings.Join(parts, "; ")
}

func modulesText(n int) string {
	if n == 1 {
		return "1 module"
	}
	return fmt.Sprintf("%d modules", n)
}
