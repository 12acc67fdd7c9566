// Package spectest runs the WebAssembly specification's tests on an engine.
//
// A test is a script of commands: instantiate a module, call an export, assert
// what comes back. The tests are written as text (.wast); wast2json and
// wasm-tools turn each into a JSON file of commands and a binary for each
// module. [Load] reads such a file, and [Script.Run] has an [Engine] execute its
// commands, which returns one [Result] for each.
//
// Plain wazero is one engine, see [NewWazero]. It is the oracle: another engine
// built on wazero must give the same results, and what wazero itself fails is no
// difference. [Result.Differs] compares them.
//
// The package holds no tests of the specification. wazero's module has them,
// built, and [Folders] finds them in the module cache.
package spectest
