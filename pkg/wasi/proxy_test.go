package wasi_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

const pageSize = 1 << 16

// noMemory makes a proxy without a memory.
const noMemory = -1

// proxyWasm encodes a module that imports all functions of a host module and
// exports each again, behind a function of its own that hands its parameters
// on, with a memory of the given pages. A test that calls the exports calls
// the host as a guest does.
func proxyWasm(host wasi.HostModule, pages int) []byte {
	var types, imports, functions, exports, bodies [][]byte
	for i, f := range host.Functions {
		types = append(types, append(append([]byte{0x60}, vector(bytesOf(f.Params))...), vector(bytesOf(f.Results))...))
		imports = append(imports, join(name(host.Name), name(f.Name), []byte{0x00}, uleb(i)))
		functions = append(functions, uleb(i))
		exports = append(exports, join(name(f.Name), []byte{0x00}, uleb(len(host.Functions)+i)))
		body := []byte{0x00} // no locals
		for p := range f.Params {
			body = append(append(body, 0x20), uleb(p)...) // local.get
		}
		body = append(append(append(body, 0x10), uleb(i)...), 0x0b) // call, end
		bodies = append(bodies, append(uleb(len(body)), body...))
	}
	wasm := []byte("\x00asm\x01\x00\x00\x00")
	section := func(id byte, items [][]byte) {
		content := vector(items)
		wasm = append(append(append(wasm, id), uleb(len(content))...), content...)
	}
	section(1, types)
	section(2, imports)
	section(3, functions)
	if pages != noMemory {
		section(5, [][]byte{append([]byte{0x00}, uleb(pages)...)})
		exports = append(exports, append(name("memory"), 0x02, 0x00))
	}
	section(7, exports)
	section(10, bodies)
	return wasm
}

func uleb(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

func name(s string) []byte { return append(uleb(len(s)), s...) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func vector(items [][]byte) []byte { return append(uleb(len(items)), join(items...)...) }

func bytesOf(types []api.ValueType) (list [][]byte) {
	for _, t := range types {
		list = append(list, []byte{t})
	}
	return list
}

// emptyCall is a host function that does nothing: the floor of a call's cost.
var emptyCall = wasi.HostModule{Name: "floor", Functions: []wasi.Function{{
	Name: "empty", Params: []api.ValueType{api.ValueTypeI32}, Results: []api.ValueType{api.ValueTypeI32},
	Call: api.GoModuleFunc(func(context.Context, api.Module, []uint64) {}),
}}}

// proxies are the compiled proxies of this test binary's one runtime.
var proxies struct {
	sync.Mutex
	runtime  wazero.Runtime
	compiled map[string]wazero.CompiledModule
}

func compiledProxy(t testing.TB, module string, pages int) (wazero.Runtime, wazero.CompiledModule) {
	t.Helper()
	ctx := context.Background()
	proxies.Lock()
	defer proxies.Unlock()
	hosts := append(wasi.Modules(), emptyCall)
	if proxies.runtime == nil {
		r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithDebugInfoEnabled(false))
		for _, m := range hosts {
			b := r.NewHostModuleBuilder(m.Name)
			for _, f := range m.Functions {
				b.NewFunctionBuilder().WithGoModuleFunction(f.Call, f.Params, f.Results).Export(f.Name)
			}
			if _, err := b.Instantiate(ctx); err != nil {
				t.Fatal(err)
			}
		}
		proxies.runtime, proxies.compiled = r, map[string]wazero.CompiledModule{}
	}
	key := fmt.Sprint(module, pages)
	c := proxies.compiled[key]
	for _, m := range hosts {
		if c == nil && m.Name == module {
			var err error
			if c, err = proxies.runtime.CompileModule(ctx, proxyWasm(m, pages)); err != nil {
				t.Fatal(err)
			}
			proxies.compiled[key] = c
		}
	}
	return proxies.runtime, c
}

// proxy is a guest that makes the calls that a test asks for.
type proxy struct {
	t      testing.TB
	ctx    context.Context
	module string
	pages  int
	ledger *memstat.Ledger
	scope  *memstat.Scope
	system *wasi.System
	guest  api.Module
	calls  map[string]api.Function
	stack  [16]uint64
	closed bool
}

// proxyOption changes a proxy before it is made.
type proxyOption func(*proxy)

func withContext(ctx context.Context) proxyOption { return func(p *proxy) { p.ctx = ctx } }
func withPages(n int) proxyOption                 { return func(p *proxy) { p.pages = n } }
func unstable(p *proxy)                           { p.module = wasi.ModuleUnstable }

// newProxy makes a guest of cfg. At the test's end it is destroyed, and must
// have given back all that it took.
func newProxy(t testing.TB, cfg wasi.Config, options ...proxyOption) *proxy {
	t.Helper()
	p := &proxy{
		t: t, ctx: context.Background(), module: wasi.ModulePreview1, pages: 4,
		ledger: memstat.NewLedger(memstat.SitesAlways), calls: map[string]api.Function{},
	}
	if _, ok := t.(*testing.B); ok {
		p.ledger = memstat.NewLedger(memstat.SitesNever) // stacks are not timed
	}
	for _, o := range options {
		o(p)
	}
	r, compiled := compiledProxy(t, p.module, p.pages)
	p.scope = p.ledger.Open(0) // a snapshot looks into it
	var err error
	if p.system, err = wasi.NewSystem(cfg, p.scope); err != nil {
		t.Fatal(err)
	}
	p.ctx = wasi.WithSystem(p.ctx, p.system)
	p.guest, err = r.InstantiateModule(p.ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.destroy)
	return p
}

// destroy ends the guest and looks into the ledger.
func (p *proxy) destroy() {
	p.t.Helper()
	if p.closed {
		return
	}
	p.closed = true
	p.guest.Close(context.Background())
	if err := p.system.Close(); err != nil {
		p.t.Errorf("closing the system: %v", err)
	}
	if n := p.scope.Live(); n != 0 {
		p.t.Errorf("%d objects live after the system was closed", n)
	}
	leaks, _ := memstat.SplitLeaks(p.scope.Close())
	for _, l := range leaks {
		p.t.Errorf("leaked %d %s, acquired at %v", l.Objects, l.Kind, l.Site)
	}
	if n := p.ledger.Snapshot().DoubleReleases; n != 0 {
		p.t.Errorf("%d double releases", n)
	}
}

// try calls a function; if the guest ends, it returns the cause as an error.
func (p *proxy) try(function string, args ...uint64) (wasi.Errno, error) {
	f := p.calls[function]
	if f == nil {
		if f = p.guest.ExportedFunction(function); f == nil {
			p.t.Fatalf("no function %s", function)
		}
		p.calls[function] = f
	}
	copy(p.stack[:], args)
	if err := f.CallWithStack(p.ctx, p.stack[:]); err != nil {
		return 0, err
	}
	return wasi.Errno(p.stack[0]), nil
}

// call is try where nothing ends the guest.
func (p *proxy) call(function string, args ...uint64) wasi.Errno {
	errno, err := p.try(function, args...)
	if err != nil {
		p.t.Helper()
		p.t.Fatalf("%s%v: %v", function, slices.Clone(args), err)
	}
	return errno
}

// must is call where nothing goes wrong.
func (p *proxy) must(function string, args ...uint64) {
	if errno := p.call(function, args...); errno != wasi.ESUCCESS {
		p.t.Helper()
		p.t.Fatalf("%s%v: %v", function, slices.Clone(args), errno)
	}
}

// want is call where a given thing goes wrong.
func (p *proxy) want(want wasi.Errno, function string, args ...uint64) {
	if got := p.call(function, args...); got != want {
		p.t.Helper()
		p.t.Errorf("%s%v: %v, want %v", function, slices.Clone(args), got, want)
	}
}

// memory is the guest's, for reading and writing.
func (p *proxy) memory() []byte {
	size := uint32(p.pages * pageSize)
	b, ok := p.guest.Memory().Read(0, size)
	if !ok {
		p.t.Fatal("no memory")
	}
	return b
}

const sentinel = 0xa5

// mask fills the memory with the sentinel.
func (p *proxy) mask() {
	m := p.memory()
	for i := range m {
		m[i] = sentinel
	}
}

// span is a part of the memory.
type span struct{ at, size int }

// wantOnly checks that nothing but the spans has changed since mask.
func (p *proxy) wantOnly(spans ...span) {
	p.t.Helper()
	for i, b := range p.memory() {
		inside := false
		for _, s := range spans {
			inside = inside || i >= s.at && i < s.at+s.size
		}
		if !inside && b != sentinel {
			p.t.Fatalf("byte %#x was written", i)
		}
	}
}

func (p *proxy) u32(at int) uint32 { return binary.LittleEndian.Uint32(p.memory()[at:]) }
func (p *proxy) u64(at int) uint64 { return binary.LittleEndian.Uint64(p.memory()[at:]) }

// wantExit checks the exit code of the guest.
func wantExit(t testing.TB, err error, code uint32) {
	t.Helper()
	var exit *sys.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		t.Errorf("the guest ended with %v, want exit code %d", err, code)
	}
}
