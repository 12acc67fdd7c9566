package codecache

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

var unlimited = Limits{Bytes: 1 << 40, Age: 1000 * time.Hour}

// code is compiled code with its runtime and cache.
type code struct {
	wazero.Runtime
	cache    wazero.CompilationCache
	compiled wazero.CompiledModule
}

func (c *code) Close(ctx context.Context) error {
	err := c.Runtime.Close(ctx)
	if c.cache != nil {
		err = errors.Join(err, c.cache.Close(ctx))
	}
	return err
}

// compileWazero is a Compiler.
func compileWazero(ctx context.Context, cache wazero.CompilationCache, binary []byte) (*code, error, error) {
	config := wazero.NewRuntimeConfigCompiler()
	if cache != nil {
		config = config.WithCompilationCache(cache)
	}
	c := &code{Runtime: wazero.NewRuntimeWithConfig(ctx, config), cache: cache}
	var err error
	if c.compiled, err = c.CompileModule(ctx, binary); err != nil {
		_ = c.Close(ctx)
		return nil, nil, err
	}
	return c, nil, nil
}

// program is a module whose export f returns a number.
type program struct {
	key          Key
	binary, stub []byte
	want         uint64
}

func returning(t testing.TB, n byte) program {
	t.Helper()
	return newProgram(t, []byte("\x00asm\x01\x00\x00\x00"+
		"\x01\x05\x01\x60\x00\x01\x7f"+ // type
		"\x03\x03\x02\x00\x00"+ // functions
		"\x07\x05\x01\x01f\x00\x01"+ // export
		"\x0a\x0b\x02\x04\x00\x41"+string(rune(n))+"\x0b\x04\x00\x10\x00\x0b"), uint64(n))
}

func newProgram(t testing.TB, binary []byte, want uint64) program {
	t.Helper()
	m, err := wasmbin.Parse(binary)
	if err != nil {
		t.Fatal(err)
	}
	key := NewKey(sha256.Sum256(binary), 0)
	return program{key, binary, Stub(m, key, m.Functions), want}
}

func (p program) check(t testing.TB, c *code) {
	t.Helper()
	ctx := context.Background()
	m, err := c.InstantiateModule(ctx, c.compiled, wazero.NewModuleConfig())
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.ExportedFunction("f").Call(ctx)
	if err != nil || len(got) != 1 || got[0] != p.want {
		t.Errorf("f returned %v, %v; want %d", got, err, p.want)
	}
	if err := c.Close(ctx); err != nil {
		t.Error(err)
	}
}

// get looks a program up, and runs its code.
func (p program) get(t testing.TB, c *Cache) (found bool, err error) {
	t.Helper()
	code, found, err := Get(context.Background(), c, p.key, p.stub, compileWazero)
	if found {
		p.check(t, code)
	}
	return found, err
}

// put compiles a program, runs its code, and returns why it was not kept.
func (p program) put(t testing.TB, c *Cache) error {
	t.Helper()
	code, unkept, err := Put(context.Background(), c, p.key, p.stub, p.binary, compileWazero)
	if err != nil {
		t.Fatal(err)
	}
	p.check(t, code)
	return unkept
}

func open(t testing.TB, dir string, limits Limits) *Cache {
	t.Helper()
	c, err := Open(dir, limits)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// onlyPath returns the path of the cache's one entry.
func onlyPath(t testing.TB, c *Cache) string {
	t.Helper()
	all, err := listEntries(c.room)
	if err != nil || len(all) != 1 {
		t.Fatalf("entries %v, %v; want one", all, err)
	}
	return all[0].path
}

func TestGetAndPut(t *testing.T) {
	c := open(t, filepath.Join(t.TempDir(), "[cache]*"), unlimited) // not a pattern
	for _, found := range []bool{false, true, true} {
		for n := range byte(3) { // which differ in their code alone
			p := returning(t, n)
			got, err := p.get(t, c)
			if got != found || err != nil {
				t.Errorf("%d: found %v, %v; want %v", n, got, err, found)
			}
			if !got {
				if err := p.put(t, c); err != nil {
					t.Error(err)
				}
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(c.room)), "*", roomName, stagePrefix+"*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// TestGetCompilesNothing looks for code that the cache does not have, in a
// folder with another entry. The stub must be neither compiled nor kept: a later
// Get would take its code for the module's.
func TestGetCompilesNothing(t *testing.T) {
	ctx := context.Background()
	p := returning(t, 1)
	c := open(t, t.TempDir(), unlimited)
	if err := p.put(t, c); err != nil {
		t.Fatal(err)
	}
	path := onlyPath(t, c)
	other := filepath.Join(filepath.Dir(path), strings.Repeat("0", hashName))
	if err := os.Rename(path, other); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if found, err := p.get(t, c); found || err != nil {
			t.Fatalf("found %v, %v: it was never compiled", found, err)
		}
		if got := onlyPath(t, c); got != other {
			t.Fatalf("the entry is %s, want %s", got, other)
		}
	}
	// The same without the context that is over would be noticed.
	cache, err := wazero.NewCompilationCacheWithDir(c.folder(p.key))
	if err != nil {
		t.Fatal(err)
	}
	code, _, err := compileWazero(ctx, cache, p.stub)
	if err != nil {
		t.Fatal(err)
	}
	defer code.Close(ctx)
	if all, _ := listEntries(c.room); len(all) != 2 {
		t.Errorf("%d entries, want 2: wazero does not keep a stub's code", len(all))
	}
}

// TestAtOnce has several caches get, put and remove the same programs.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	var programs []program
	for n := range byte(4) {
		programs = append(programs, returning(t, n))
	}
	one := open(t, dir, unlimited)
	if err := programs[0].put(t, one); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(onlyPath(t, one))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			c, err := Open(dir, Limits{uint64(2 * info.Size()), time.Hour})
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 30 {
				p := programs[(w+i)%len(programs)]
				found, err := p.get(t, c)
				if err == nil && !found {
					err = p.put(t, c)
				}
				if err == nil && i == 20 && w == 0 {
					_, err = Clean(dir)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// TestFull has a directory that cannot be written to.
func TestFull(t *testing.T) {
	p := returning(t, 1)
	c := open(t, t.TempDir(), unlimited)
	if err := os.RemoveAll(c.room); err != nil {
		t.Fatal(err)
	}
	if err := p.put(t, c); err == nil {
		t.Error("kept in a directory that does not exist")
	}
	if found, err := p.get(t, c); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestInvalidModule(t *testing.T) {
	p := returning(t, 1)
	c := open(t, t.TempDir(), unlimited)
	broken := append([]byte(nil), p.binary...)
	broken[len(broken)-2] = 0x7f // calls function 127
	_, _, err := Put(context.Background(), c, p.key, p.stub, broken, compileWazero)
	if err == nil {
		t.Error("compiled")
	}
	if all, _ := listEntries(c.room); len(all) > 0 {
		t.Errorf("kept %v", all)
	}
}
