package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/codecache"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/spectest"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// specSet is a set of modules that import from each other: those of one script
// of the specification's tests. Everything else is as in Runtime.Compile.
type specSet struct {
	runtime   *Runtime
	linker    *linker
	rewrite   func([]byte) []byte
	cacheDir  string // of the linker's wazero cache; "" for none
	instances []*Instance
}

// newSpecSet returns an engine for one script, with more features than the
// product has. With a cache, each module is compiled into it, and then loaded
// from it. rewrite changes each binary before the engine sees it, unless it is
// nil.
func newSpecSet(cfg Config, more api.CoreFeatures, rewrite func([]byte) []byte) (*specSet, error) {
	s := &specSet{runtime: NewRuntime(cfg), rewrite: rewrite}
	s.runtime.features |= more
	var cache wazero.CompilationCache
	var err error
	if cfg.CacheDir != "" {
		s.cacheDir = filepath.Join(cfg.CacheDir, "set")
		cache, err = wazero.NewCompilationCacheWithDir(s.cacheDir)
	}
	s.linker = s.runtime.newLinker(context.Background(), cache)
	s.linker.join() // the set, so that the linker outlives a module that is closed
	return s, errors.Join(err, s.linker.defineTick(context.Background(), tick))
}

func (s *specSet) Instantiate(binary []byte, resolve func(string) api.Module) (spectest.Instance, spectest.Outcome) {
	refused := func(err error) (spectest.Instance, spectest.Outcome) {
		return nil, spectest.Outcome{Kind: spectest.Refused, Message: err.Error()}
	}
	if s.rewrite != nil {
		binary = s.rewrite(binary)
	}
	ctx := context.Background()
	parsed, err := (&Binary{Bytes: binary}).parse()
	if err != nil {
		return refused(err)
	}
	source, err := s.runtime.prepare(parsed, false)
	if err != nil {
		return refused(err)
	}
	compiled, err := s.compile(ctx, source)
	if err != nil {
		_ = source.initial.image.Close()
		return refused(err)
	}
	if err := readAll(parsed); err != nil {
		return nil, spectest.Outcome{Kind: spectest.Failed, Message: err.Error()}
	}
	m := s.runtime.newModule(source, s.linker, compiled)
	if err := s.runtime.remember(m); err != nil {
		return refused(err)
	}
	in, err := m.Instantiate(experimental.WithImportResolver(ctx, resolve), wasi.Config{})
	var failed *InstantiateError
	switch {
	case err == nil:
		s.instances = append(s.instances, in)
		return specInstance{in}, spectest.Outcome{}
	case errors.As(err, &failed) && failed.CloseErr != nil:
		return nil, spectest.Outcome{Kind: spectest.Failed, Message: err.Error()}
	case errors.As(err, &failed) && failed.Outcome.Kind == OutcomeTrap:
		return nil, spectest.TrapOutcome(failed.Outcome.Err.Error())
	default:
		return nil, spectest.Outcome{Kind: spectest.Rejected, Message: err.Error()}
	}
}

// readAll reads all parts of a module with wasmbin, which must be able to read
// whatever wazero accepts.
func readAll(m *wasmbin.Module) error {
	_, types := m.Types()
	_, indices := m.TypeIndices()
	_, tables := m.Tables()
	_, globals := m.Globals()
	_, exports := m.Exports()
	_, _, start := m.Start()
	_, elements := m.Elements()
	err := errors.Join(types, indices, tables, globals, exports, start, elements)
	for _, bodyErr := range m.FunctionBodies() {
		err = errors.Join(err, bodyErr)
	}
	return err
}

func (s *specSet) compile(ctx context.Context, source *source) (wazero.CompiledModule, error) {
	if s.runtime.cache == nil || source.module.Functions == 0 { // the interpreter has no cache
		if _, err := s.runtime.limit(source); err != nil {
			return nil, err
		}
		binary, refused := source.edited()
		compiled, err := s.linker.compileModule(ctx, binary)
		if err == nil && refused != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotRewritten, refused)
		}
		return compiled, err
	}
	kept, err := s.runtime.compile(ctx, source)
	if err != nil {
		return nil, err
	}
	if err := kept.Close(ctx); err != nil {
		return nil, err
	}
	key := s.runtime.key(source)
	loaded, found, err := codecache.Get(ctx, s.runtime.cache, key, source.stub(key), s.load)
	if err == nil && !found {
		err = errors.New("the cache has no code of a module that was just compiled")
	}
	return loaded, err
}

// load is a codecache.Compiler for the linker of the set, whose cache has the
// entries of all modules in one folder.
func (s *specSet) load(ctx context.Context, _ wazero.CompilationCache, stub []byte) (wazero.CompiledModule, error, error) {
	kept, err := filepath.Glob(filepath.Join(s.runtime.config.CacheDir, "wamr-go-code-v1", "*", "wazero-*", "*"))
	for _, from := range kept {
		folder, name := filepath.Split(from)
		to := filepath.Join(s.cacheDir, filepath.Base(folder), name)
		if linkErr := os.Link(from, to); linkErr != nil && !errors.Is(linkErr, os.ErrExist) {
			err = errors.Join(err, linkErr)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	compiled, err := s.linker.compileModule(ctx, stub)
	return compiled, nil, err
}

// images counts the modules whose initial memory was an image.
func (s *specSet) images() uint64 {
	for _, k := range s.runtime.Ledger().Snapshot().Kinds {
		if k.Kind == memstat.KindImage {
			return k.Acquired
		}
	}
	return 0
}

// Close closes the set, and fails if the ledger misses something.
func (s *specSet) Close() error {
	ctx := context.Background()
	var errs []error
	for _, in := range s.instances {
		errs = append(errs, in.Close(ctx))
	}
	errs = append(errs, s.runtime.Close(ctx), s.linker.leave(ctx))
	return errors.Join(errs...)
}

type specInstance struct{ *Instance }

func (i specInstance) Module() api.Module { return i.guest }

func (i specInstance) Call(name string, params []uint64) spectest.Outcome {
	results, o := i.call(context.Background(), name, params)
	switch o.Kind {
	case OutcomeExit:
		return spectest.Outcome{Results: results}
	case OutcomeTrap:
		return spectest.TrapOutcome(o.Err.Error())
	default:
		return spectest.Outcome{Kind: spectest.Failed, Message: o.String()}
	}
}
