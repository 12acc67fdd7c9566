package engine_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// path is one way for an instance to come to its end.
type path struct {
	name   string
	guest  string
	cfg    engine.Config
	wasi   func(t *testing.T) wasi.Config
	ctx    func(context.Context) (context.Context, context.CancelFunc)
	invoke string
	// want is the outcome's kind; with instantiates false it is that of the
	// *InstantiateError.
	want         engine.OutcomeKind
	exit         uint32
	cached       bool // its code comes from the cache
	instantiates bool
}

func args(list ...string) func(*testing.T) wasi.Config {
	return func(*testing.T) wasi.Config { return wasi.Config{Args: append([]string{"guest"}, list...)} }
}

func after(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
}

func cancelled(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(d, cancel)
		return ctx, cancel
	}
}

// preopen opens a directory, and closes it when the test has ended.
func preopen(t testing.TB, host, guest string) *wasi.Preopen {
	t.Helper()
	p, err := wasi.OpenPreopen(host, guest, wasi.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func paths() []path {
	const soon = 30 * time.Millisecond
	interruptible := engine.Config{Interruptible: true}
	withDirs := func(t *testing.T) wasi.Config {
		return wasi.Config{Args: []string{"guest"}, Preopens: []*wasi.Preopen{
			preopen(t, t.TempDir(), "/a"), preopen(t, t.TempDir(), "/b"),
		}}
	}
	closedDir := func(t *testing.T) wasi.Config {
		c := withDirs(t)
		closed := preopen(t, t.TempDir(), "/c")
		if err := closed.Close(); err != nil {
			t.Fatal(err)
		}
		c.Preopens = append(c.Preopens, closed)
		return c
	}
	withListener := func(t *testing.T) wasi.Config {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		file, err := l.File()
		if err := errors.Join(err, l.Close()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		return wasi.Config{Listeners: []*os.File{file}}
	}
	return []path{
		{name: "listener", guest: "c/hello", wasi: withListener, instantiates: true},
		{name: "listener, bad data segment", guest: "wat/baddata", wasi: withListener, want: engine.OutcomeError},
		{name: "return", guest: "c/hello", instantiates: true},
		{name: "preopens", guest: "c/hello", wasi: withDirs, instantiates: true},
		{name: "not started", guest: "wat/arith", instantiates: true},
		{name: "reactor", guest: "wat/reactor", invoke: "get", instantiates: true},
		{name: "no memory", guest: "wat/nomem", instantiates: true},
		{name: "empty memory that grows", guest: "wat/memory0", instantiates: true},
		{name: "large memory", guest: "wat/bigdata", instantiates: true},
		{name: "grown memory", guest: "c/grow", wasi: args("300", "200"), instantiates: true},
		{name: "growth past the limit", guest: "c/grow", cfg: engine.Config{MaxMemory: 4 << 20}, wasi: args("300", "200"), exit: 1, instantiates: true},
		{name: "proc_exit deep", guest: "wat/procexit", exit: 42, instantiates: true},
		{name: "exit with preopens", guest: "c/exit", wasi: args("3"), exit: 3, instantiates: true},
		{name: "exit -1", guest: "c/exit", wasi: args("-1"), exit: 1<<32 - 1, instantiates: true},
		{name: "trap", guest: "wat/trap", want: engine.OutcomeTrap, instantiates: true},
		{name: "abort", guest: "c/abort", want: engine.OutcomeTrap, instantiates: true},
		{name: "unknown export", guest: "wat/arith", invoke: "nope", want: engine.OutcomeError, instantiates: true},
		{name: "time-out in a loop", guest: "wat/loop", cfg: interruptible, ctx: after(soon), want: engine.OutcomeTimeout, instantiates: true},
		{name: "cancelled in a loop", guest: "c/spin", cfg: interruptible, ctx: cancelled(soon), want: engine.OutcomeInterrupted, instantiates: true},
		{name: "time-out asleep", guest: "c/sleep", wasi: args("60000"), ctx: after(soon), want: engine.OutcomeTimeout, instantiates: true},
		{name: "cancelled asleep", guest: "c/sleep", wasi: args("60000"), ctx: cancelled(soon), want: engine.OutcomeInterrupted, instantiates: true},
		{name: "cancelled asleep, interruptible", guest: "c/sleep", cfg: interruptible, wasi: args("60000"), ctx: cancelled(soon), want: engine.OutcomeInterrupted, instantiates: true},
		{name: "cancelled before", guest: "wat/loop", ctx: cancelled(0), want: engine.OutcomeInterrupted, instantiates: true},
		{name: "bad data segment", guest: "wat/baddata", want: engine.OutcomeError},
		{name: "bad element segment", guest: "wat/badelement", want: engine.OutcomeError},
		{name: "growing table", guest: "wat/growtable", cfg: engine.Config{MaxTableElements: 1 << 20}, instantiates: true},
		{name: "growing table, interpreter", guest: "wat/growtable", cfg: engine.Config{MaxTableElements: 1 << 20, Interpreter: true}, instantiates: true},
		{name: "trapping start", guest: "wat/starttrap", want: engine.OutcomeTrap},
		{name: "exiting start", guest: "wat/startexit", exit: 7},
		{name: "closed directory", guest: "c/hello", wasi: closedDir, want: engine.OutcomeError},
		{name: "interpreter", guest: "c/hello", cfg: engine.Config{Interpreter: true}, instantiates: true},
		{name: "interpreter, trap", guest: "wat/trap", cfg: engine.Config{Interpreter: true}, want: engine.OutcomeTrap, instantiates: true},
		{name: "interpreter, trapping start", guest: "wat/starttrap", cfg: engine.Config{Interpreter: true}, want: engine.OutcomeTrap},
		{name: "interpreter, proc_exit", guest: "wat/procexit", cfg: engine.Config{Interpreter: true}, exit: 42, instantiates: true},
	}
}

// TestSymmetry runs each path a few times, and looks for leftovers: with code
// that is not cached, that is put into the cache, and that comes from the
// cache.
func TestSymmetry(t *testing.T) {
	for _, p := range paths() {
		t.Run(p.name, p.symmetry)
		p.cfg.CacheDir = t.TempDir()
		t.Run(p.name+", code kept", p.symmetry)
		p.cached = !p.cfg.Interpreter && !interpreted()
		t.Run(p.name+", code from the cache", p.symmetry)
	}
}

func (p path) symmetry(t *testing.T) {
	ledger := memstat.NewLedger(memstat.SitesAlways)
	p.cfg.Ledger = ledger
	cfg := wasi.Config{}
	if p.wasi != nil {
		cfg = p.wasi(t)
	}
	others := goleak.IgnoreCurrent()
	mapped := reservations(t)
	r := engine.NewRuntime(p.cfg)
	m, err := r.Compile(context.Background(), guest(t, p.guest))
	if err != nil {
		t.Fatal(err)
	}
	if m.Info().Cached != p.cached {
		t.Errorf("cached %v, want %v", m.Info().Cached, p.cached)
	}
	fds := openFDs(t)
	for range 3 {
		p.run(t, m, cfg)
		if n := openFDs(t); n != fds {
			t.Errorf("%d descriptors, had %d", n, fds)
		}
		checkLedger(t, ledger)
	}
	if err := errors.Join(m.Close(context.Background()), r.Close(context.Background())); err != nil {
		t.Error(err)
	}
	for _, k := range ledger.Snapshot().Kinds {
		if k.LiveObjects != 0 {
			t.Errorf("after the runtime: %+v", k)
		}
	}
	if n := reservations(t); n != mapped {
		t.Errorf("%d reservations, had %d", n, mapped)
	}
	goleak.VerifyNone(t, others)
}

func (p path) run(t *testing.T, m *engine.Module, cfg wasi.Config) {
	t.Helper()
	ctx, cancel := context.Background(), context.CancelFunc(func() {})
	if p.ctx != nil {
		ctx, cancel = p.ctx(ctx)
		if p.name == "cancelled before" {
			<-ctx.Done()
		}
	}
	defer cancel()
	outcome, closeErr := p.outcome(t, ctx, m, cfg)
	if outcome.Kind != p.want || outcome.ExitCode != p.exit {
		t.Errorf("outcome %v, want %v %d", outcome, p.want, p.exit)
	}
	if closeErr != nil {
		t.Errorf("close: %v", closeErr)
	}
}

func (p path) outcome(t *testing.T, ctx context.Context, m *engine.Module, cfg wasi.Config) (outcome engine.Outcome, closeErr error) {
	in, err := m.Instantiate(ctx, cfg)
	if err != nil {
		var failed *engine.InstantiateError
		if p.instantiates || !errors.As(err, &failed) {
			t.Fatal(err)
		}
		return failed.Outcome, failed.CloseErr
	}
	if !p.instantiates {
		t.Error("it was instantiated")
	}
	if p.invoke != "" {
		_, outcome = in.Invoke(ctx, p.invoke, nil)
	} else {
		outcome = in.Start(ctx)
	}
	closeErr = in.Close(context.Background())
	if again := in.Close(context.Background()); again != nil {
		t.Errorf("the second Close says %v", again)
	}
	if o := in.Start(context.Background()); o.Kind != engine.OutcomeError {
		t.Errorf("a closed instance was started: %v", o)
	}
	return outcome, closeErr
}

// checkLedger wants nothing alive but the runtime's slots and its module's image.
func checkLedger(t *testing.T, ledger *memstat.Ledger) {
	t.Helper()
	s := ledger.Snapshot()
	for _, k := range s.Kinds {
		if k.Kind == memstat.KindImage && k.LiveObjects == 1 {
			continue
		}
		if k.Kind != memstat.KindSlot && k.LiveObjects != 0 {
			t.Errorf("alive: %+v", k)
		}
		if k.Kind == memstat.KindSlot && k.LiveObjects > int64(2*runtime.GOMAXPROCS(0)) {
			t.Errorf("too many slots: %+v", k)
		}
	}
	if len(s.Leaks) > 0 || s.DoubleReleases > 0 {
		t.Errorf("leaks %+v, double releases %d", s.Leaks, s.DoubleReleases)
	}
	if s.OpenScopes != 1 {
		t.Errorf("%d open scopes, want the runtime's", s.OpenScopes)
	}
}

// TestPrestatsLockFault is wasm-micro-runtime's issue 4192: without a preopened
// directory the lock is lost, with one it is not.
func TestPrestatsLockFault(t *testing.T) {
	for _, tc := range []struct {
		name     string
		fault    wasi.Fault
		preopens int
		want     int64
	}{
		{"fault", wasi.FaultPrestatsLock, 0, 10},
		{"fault with a directory", wasi.FaultPrestatsLock, 1, 0},
		{"no fault", 0, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ledger := memstat.NewLedger(memstat.SitesAuto)
			m := compile(t, newRuntime(t, engine.Config{Ledger: ledger}), guest(t, "c/hello"))
			cfg := wasi.Config{Faults: tc.fault}
			for range tc.preopens {
				cfg.Preopens = append(cfg.Preopens, preopen(t, t.TempDir(), "/"))
			}
			r := m.Cycle(context.Background(), engine.CycleConfig{
				Cycles: 10, Workers: 2, SampleEvery: -1,
				Config: func(uint64) wasi.Config { return cfg },
			})
			if r.Completed != 10 || int64(r.LeakingCycles) != tc.want {
				t.Errorf("%d cycles, %d leaky, want 10 and %d", r.Completed, r.LeakingCycles, tc.want)
			}
			var lost int64
			for _, l := range ledger.Snapshot().Leaks {
				if l.Kind != memstat.KindPrestatLock || l.Cycle == 0 {
					t.Errorf("leak %+v", l)
				}
				lost += l.Objects
			}
			if lost != tc.want {
				t.Errorf("%d locks lost, want %d", lost, tc.want)
			}
		})
	}
}
