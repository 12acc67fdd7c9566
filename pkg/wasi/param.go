package wasi

import "github.com/tetratelabs/wazero/api"

// param is a parameter of a WASI function, as the preview1 documents name it.
type param struct {
	name string
	kind paramKind
}

// paramKind is a parameter's type. It decides the parameter's WebAssembly
// types and how a trace shows it.
type paramKind uint8

const (
	kindU32 paramKind = iota
	kindU64
	kindS64
	kindFD
	kindPtr      // an address whose content a trace does not show
	kindPath     // address and length of a path
	kindIovs     // address and length of a list of buffers to read from
	kindOutIovs  // address and length of a list of buffers to fill
	kindOutPath  // address and length of a buffer that receives a path
	kindOut32    // address that receives a u32
	kindOut64    // address that receives a u64
	kindFdstat   // address that receives an fdstat
	kindFilestat // address that receives a filestat
	kindPrestat  // address that receives a prestat

	// Numbers and sets of flags whose values have names.
	kindClockID
	kindWhence
	kindAdvice
	kindSignal
	kindRights
	kindFdflags
	kindOflags
	kindLookupflags
	kindFstflags
	kindRiflags
	kindSdflags
)

// paramKinds describes each paramKind.
var paramKinds = [...]struct {
	wide  bool        // an i64; all others are i32
	pair  bool        // two WebAssembly values: address and length
	names *valueNames // for traces; nil if values have no names
}{
	kindU64:         {wide: true},
	kindS64:         {wide: true},
	kindPath:        {pair: true},
	kindIovs:        {pair: true},
	kindOutIovs:     {pair: true},
	kindOutPath:     {pair: true},
	kindClockID:     {names: &clockIDNames},
	kindWhence:      {names: &whenceNames},
	kindAdvice:      {names: &adviceNames},
	kindSignal:      {names: &signalNames},
	kindRights:      {names: &rightsNames, wide: true},
	kindFdflags:     {names: &fdflagsNames},
	kindOflags:      {names: &oflagsNames},
	kindLookupflags: {names: &lookupflagsNames},
	kindFstflags:    {names: &fstflagsNames},
	kindRiflags:     {names: &riflagsNames},
	kindSdflags:     {names: &sdflagsNames},
}

// width returns how many WebAssembly values the parameter takes.
func (p param) width() int {
	if paramKinds[p.kind].pair {
		return 2
	}
	return 1
}

// signature returns the names and types of the row's WebAssembly parameters.
func (r *row) signature() (names []string, types []api.ValueType) {
	for _, p := range r.params {
		t := api.ValueTypeI32
		if paramKinds[p.kind].wide {
			t = api.ValueTypeI64
		}
		names, types = append(names, p.name), append(types, t)
		if paramKinds[p.kind].pair {
			names, types = append(names, p.name+"_len"), append(types, api.ValueTypeI32)
		}
	}
	return names, types
}
