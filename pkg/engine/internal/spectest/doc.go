// Package spectest runs the WebAssembly specification's tests on an engine.
//
// A test is a script of commands: instantiate a module, call an export, assert its
// results. The tests are written as text (.wast); wast2json and wasm-tools turn each
// into a JSON file of commands and a binary for each module. [Load] reads such a file,
// and [Script.Run] executes its commands on an [Engine], and returns one [Result] for
// each.
//
// Plain wazero is one engine, see [NewWazero]. It is the oracle: another engine built
// on wazero must give the same results, and a failure of wazero itself is no
// difference. [Result.Differs] compares them.
//
// The package holds no tests of the specification. wazero's module has them,
// built, and [Folders] finds them in the module cache.
package spectest
