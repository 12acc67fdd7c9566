package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestCycleOutcome picks the outcome that counts.
func TestCycleOutcome(t *testing.T) {
	r := newRuntime(t, engine.Config{Interruptible: true})
	hello, trap := compile(t, r, guest(t, "c/hello")), compile(t, r, guest(t, "wat/trap"))
	stopped := make(chan struct{})
	close(stopped)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	for _, tc := range []struct {
		name  string
		ctx   context.Context
		m     *engine.Module
		cfg   engine.CycleConfig
		want  engine.OutcomeKind
		cycle uint64
	}{
		{"clean", context.Background(), hello, engine.CycleConfig{Cycles: 3}, engine.OutcomeExit, 1},
		{"trap", context.Background(), trap, engine.CycleConfig{Cycles: 3}, engine.OutcomeTrap, 1},
		{"stopped", context.Background(), hello, engine.CycleConfig{Cycles: 3, Stop: stopped}, engine.OutcomeInterrupted, 0},
		{"cancelled", cancelled, hello, engine.CycleConfig{Cycles: 3}, engine.OutcomeInterrupted, 0},
		{"deadline", late, hello, engine.CycleConfig{Cycles: 3}, engine.OutcomeTimeout, 0},
		{"duration is over", context.Background(), hello, engine.CycleConfig{Duration: time.Millisecond}, engine.OutcomeExit, 1},
	} {
		result := tc.m.Cycle(tc.ctx, tc.cfg)
		if got := result.Outcome(); got.Kind != tc.want || got.Cycle != tc.cycle {
			t.Errorf("%s: %v in cycle %d, want %v in cycle %d", tc.name, got.Outcome, got.Cycle, tc.want, tc.cycle)
		}
	}
	// Stopped after the first of three cycles, which was clean.
	stop := make(chan struct{})
	result := hello.Cycle(context.Background(), engine.CycleConfig{Cycles: 3, Stop: stop, Config: func(uint64) wasi.Config {
		close(stop)
		return wasi.Config{}
	}})
	if got := result.Outcome(); got.Kind != engine.OutcomeInterrupted || got.Cycle != 0 || !result.Stopped || result.Completed != 1 {
		t.Errorf("stopped after one: %v, %+v", got, result)
	}
}

// TestNewReport: a report has the parts that the run came to.
func TestNewReport(t *testing.T) {
	ctx := context.Background()
	once := engine.CycleConfig{SampleEvery: -1}
	for _, tc := range []struct {
		name    string
		guest   string
		cfg     engine.Config
		cycle   engine.CycleConfig
		run     engine.Run // besides its module and cycles
		kind    string
		message string
		stack   string // its innermost function
		check   func(*report.Report) bool
	}{
		{name: "one run", guest: "c/hello", cycle: once, kind: "exit", check: func(r *report.Report) bool {
			return r.Cycles == nil && r.Process == nil && r.Module.SHA256 == "" && r.Memory.PeakBytes > 0 && r.Budget == nil && !r.Leaked()
		}},
		{name: "inspected", guest: "c/hello", cfg: engine.Config{Inspect: true}, cycle: once, kind: "exit", check: func(r *report.Report) bool {
			return r.Process != nil && r.Process.Before != nil && r.Module.SHA256 != ""
		}},
		{name: "interpreted", guest: "c/hello", cfg: engine.Config{Interpreter: true}, cycle: once, kind: "exit", check: func(r *report.Report) bool {
			return r.Tool.Engine == "interpreter" && r.Tool.EngineReason == "asked for"
		}},
		{name: "the embedder's version", guest: "c/hello", cycle: once, run: engine.Run{Version: "v9"}, kind: "exit", check: func(r *report.Report) bool {
			return r.Tool.Version == "v9" && strings.Contains(r.Tool.Platform, "/") && r.Tool.Engine != "" && r.Tool.EngineReason != ""
		}},
		{name: "the run", guest: "c/hello", cycle: once, kind: "exit",
			run: engine.Run{Function: "f", Arguments: []string{"1"}, Environment: []string{"HOME"}, Started: time.Now().Add(-time.Second)},
			check: func(r *report.Report) bool {
				return r.Run.Function == "f" && r.Run.Arguments[0] == "1" && r.Run.Environment[0] == "HOME" && r.Run.ElapsedNS >= 1e9 && r.Run.Started.Location() == time.UTC
			}},
		{name: "an unknown start", guest: "c/hello", cycle: once, kind: "exit", check: func(r *report.Report) bool {
			return r.Run.Started.IsZero() && r.Run.ElapsedNS == 0
		}},
		{name: "how cycles ended", guest: "wat/trap", cycle: engine.CycleConfig{Cycles: 3}, kind: "trap", message: "unreachable",
			check: func(r *report.Report) bool {
				f := r.Cycles.FirstFailure
				return r.Cycles.Outcomes["trap"] == 3 && r.Cycles.Outcomes["exit"] == 0 && f.Cycle == 1 && f.Kind == "trap" && f.Message == "unreachable" && f.ExitCode == nil
			}},
		{name: "cycles", guest: "c/hello", cycle: engine.CycleConfig{Cycles: 3}, kind: "exit", check: func(r *report.Report) bool {
			return r.Cycles.Completed == 3 && r.Cycles.Requested == 3
		}},
		{name: "the ledger outweighs the trend", guest: "c/hello", kind: "exit",
			cycle: engine.CycleConfig{Cycles: 3, Config: func(uint64) wasi.Config { return wasi.Config{Faults: wasi.FaultPrestatsLock} }},
			check: func(r *report.Report) bool {
				return r.Cycles.Verdict == memstat.Leaking && r.Leaked() && r.Ledger.Leaks[0].Site == nil
			}},
		{name: "budget and target", guest: "c/hello", cycle: once, run: engine.Run{Budget: 1, Target: "esp32s3"}, kind: "exit",
			check: func(r *report.Report) bool { return r.Budget.Exceeded && r.Target.Name == "esp32s3" }},
		{name: "trap", guest: "wat/trap", cycle: once, kind: "trap", message: "unreachable", stack: "start()"},
		{name: "failure", guest: "c/hello", cycle: once, run: engine.Run{Err: errors.New("close failed")}, kind: "error", message: "close failed"},
		{name: "not instantiated", guest: "wat/baddata", cycle: once, kind: "error", message: "data segment 1 is out of bounds"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := engine.NewRuntime(tc.cfg)
			m, err := r.Compile(ctx, guest(t, tc.guest))
			if err != nil {
				t.Fatal(err)
			}
			result := m.Cycle(ctx, tc.cycle)
			if err := errors.Join(m.Close(ctx), r.Close(ctx)); err != nil {
				t.Fatal(err)
			}
			tc.run.Module, tc.run.Cycles = m, &result
			got, err := engine.NewReport(tc.run)
			if err != nil {
				t.Fatal(err)
			}
			if o := got.Outcome; o.Kind != tc.kind || tc.message == "" && o.Message != "" || !strings.Contains(o.Message, tc.message) || (o.ExitCode != nil) != (tc.kind == "exit") {
				t.Errorf("outcome %+v", o)
			}
			if tc.stack != "" && (len(got.Outcome.Stack) == 0 || got.Outcome.Stack[0].Function != tc.stack) {
				t.Errorf("stack %v, want %s", got.Outcome.Stack, tc.stack)
			}
			if tc.check != nil && !tc.check(got) {
				t.Errorf("%+v", got)
			}
		})
	}
	nothing, err := engine.NewReport(engine.Run{Err: errors.New("no such file")})
	if err != nil || nothing.Outcome.Kind != "error" || nothing.Outcome.Message != "no such file" || nothing.Module != nil || nothing.Ledger != nil || nothing.Tool.Engine != "" || nothing.Tool.Go == "" {
		t.Errorf("%+v, %v", nothing, err)
	}
}
