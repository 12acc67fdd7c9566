package engine_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestOpenFDs(t *testing.T) {
	ctx := context.Background()
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/leaveopen"))
	dir := preopen(t, t.TempDir(), "/data")
	config := func(names ...string) wasi.Config {
		return wasi.Config{Args: append([]string{"leaveopen"}, names...), Preopens: []*wasi.Preopen{dir}}
	}
	want := func(got engine.OpenFDs, count int, first string) {
		t.Helper()
		if runtime.GOOS != "linux" {
			first = ""
		}
		if want := (engine.OpenFDs{Count: count, First: first}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	in, err := m.Instantiate(ctx, config("/data/a", "/data/b"))
	if err != nil {
		t.Fatal(err)
	}
	want(in.OpenFDs(), 0, "")
	if o := in.Start(ctx); !o.Clean() {
		t.Fatal(o)
	}
	want(in.OpenFDs(), 2, "/data/a")
	if err := in.Close(ctx); err != nil {
		t.Errorf("descriptors left open are an error of Close: %v", err)
	}
	want(in.OpenFDs(), 0, "")

	// Of several cycles the one that left most counts.
	r := m.Cycle(ctx, engine.CycleConfig{Cycles: 6, Workers: 2, SampleEvery: -1, Config: func(cycle uint64) wasi.Config {
		names := []string{"/data/x", "/data/a", "/data/b", "/data/c"}
		if cycle != 4 {
			names = names[cycle%3+1:]
		}
		return config(names...)
	}})
	if o := r.Outcome(); !o.Clean() {
		t.Fatal(o)
	}
	want(r.OpenFDs, 4, "/data/x")
	if r.LeakingCycles != 0 {
		t.Errorf("%d cycles leaked", r.LeakingCycles)
	}
}
