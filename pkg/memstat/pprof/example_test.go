package pprof_test

import (
	"bytes"
	"fmt"

	"github.com/google/pprof/profile"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/pprof"
)

func Example() {
	b := pprof.New(pprof.Header{
		Types:  []pprof.Value{{Type: "alloc_objects", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"}},
		Binary: "guest.wasm",
	})
	function := uint32(7)
	b.Add([]memstat.Frame{{Function: "load", File: "load.c", Line: 12, WasmFunction: &function}}, 3, 4096)

	var file bytes.Buffer
	if _, err := b.WriteTo(&file); err != nil {
		fmt.Println(err)
		return
	}
	p, err := profile.Parse(&file) // as `go tool pprof` does
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range p.Sample {
		fmt.Println(s.Location[0].Line[0].Function.Name, s.Value)
	}
	// Output: load [3 4096]
}
