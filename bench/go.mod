module github.com/wamr-go/wamr-go/bench

go 1.26.0

require (
	github.com/bytecodealliance/wasmtime-go/v39 v39.0.1
	github.com/samyfodil/wazy v0.7.0
	github.com/tetratelabs/wazero v1.12.0
	github.com/wamr-go/wamr-go v0.0.0
)

require (
	github.com/fatih/color v1.19.0 // indirect
	github.com/ianlancetaylor/demangle v0.0.0-20260724033716-83e58baca724 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.22 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/wamr-go/wamr-go => ../
