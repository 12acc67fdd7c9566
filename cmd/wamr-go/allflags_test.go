package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// How a flag can be given. Every flag needs a row of each kind that applies to
// it; see TestAllFlags.
const (
	right    = "right"    // works as documented
	wrong    = "wrong"    // a value that is refused, or that nothing can be done with
	empty    = "empty"    // the empty value
	huge     = "huge"     // a value beyond reason
	repeated = "repeated" // given twice
	conflict = "conflict" // with a flag that excludes it, without one that it needs, or (code 0) with one that might
)

// flagRow is a command line that gives the flag, and its end.
type flagRow struct {
	kind string
	args string // words; HUGE is a word of 5,000 letters, EMPTY is the empty word
	code int
	say  string // a part of standard output or standard error; "" for none
}

const (
	hugeNumber = "99999999999999999999"
	hugeWord   = "HUGE"
	emptyWord  = "EMPTY"
)

// flagRows has the rows of each command's flags. The commands run in a directory
// with m.wasm (a C hello), heap.wasm (which allocates), none (empty), lib.wasm (a library), plugin.wasm (of another host), file
// and dir.
var flagRows = map[string]map[string][]flagRow{
	"run": {
		"dir": {
			{right, "--dir dir::/data:ro m.wasm", 0, "hello"},
			{wrong, "--dir dir::/data:rw m.wasm", 2, ":rw"},
			{wrong, "--dir missing m.wasm", 125, "does not exist"},
			{wrong, "--dir file m.wasm", 125, "it is a file"},
			{empty, "--dir EMPTY m.wasm", 2, "a name is empty"},
			{huge, "--dir HUGE m.wasm", 125, "file name too long"},
			{repeated, "--dir dir::/a --dir dir::/b m.wasm", 0, "hello"},
			{conflict, "--dir dir::/a --dir .::/a m.wasm", 2, "is dir already"},
		},
		"map-dir": {
			{right, "--map-dir /data::dir m.wasm", 0, "hello"},
			{wrong, "--map-dir dir m.wasm", 2, `no "::"`},
			{empty, "--map-dir EMPTY m.wasm", 2, "a name is empty"},
			{huge, "--map-dir /data::HUGE m.wasm", 125, "file name too long"},
			{repeated, "--map-dir /a::dir --map-dir /b::dir m.wasm", 0, "hello"},
			{conflict, "--map-dir /a::dir --dir .::/a m.wasm", 2, "is dir already"},
		},
		"env": {
			{right, "--env A=1 m.wasm", 0, "hello"},
			{wrong, "--env =1 m.wasm", 2, "the name is empty"},
			{wrong, "--env NOT_SET_HERE m.wasm", 0, "it is not set here"},
			{empty, "--env EMPTY m.wasm", 2, "the name is empty"},
			{huge, "--max-args 4K --env A=HUGE m.wasm", 125, "more than the limit"},
			{repeated, "--env A=1 --env A=2 m.wasm", 0, "hello"},
			{conflict, "--env A=1 --inherit-env m.wasm", 0, "hello"},
		},
		"inherit-env": {
			{right, "--inherit-env m.wasm", 0, "hello"},
			{wrong, "--inherit-env=maybe m.wasm", 2, "takes no value"},
			{repeated, "--inherit-env --inherit-env m.wasm", 0, "hello"},
			{conflict, "--inherit-env --env PATH=/ m.wasm", 0, "hello"},
		},
		"tcplisten": {
			{right, "--tcplisten 127.0.0.1:0 m.wasm", 0, "listening on 127.0.0.1:"},
			{wrong, "--tcplisten 127.0.0.1 m.wasm", 125, "missing port"},
			{empty, "--tcplisten EMPTY m.wasm", 2, "it is empty"},
			{huge, "--tcplisten 127.0.0.1:99999 m.wasm", 125, "invalid port"},
			{repeated, "--tcplisten 127.0.0.1:0 --tcplisten 127.0.0.1:0 m.wasm", 0, "hello"},
			{conflict, "--tcplisten 127.0.0.1:0 --dir dir m.wasm", 0, "hello"},
		},
		"invoke": {
			{right, "-f add lib.wasm 1 2", 0, "3"},
			{wrong, "-f ad lib.wasm 1 2", 125, "did you mean -f add?"},
			{empty, "-f EMPTY lib.wasm", 2, "it is empty"},
			{huge, "-f HUGE lib.wasm", 125, "is exported"},
			{repeated, "-f sub -f add lib.wasm 1 2", 0, "3"},
			{conflict, "-f add m.wasm", 125, `no function "add"`},
		},
		"cycles": {
			{right, "--cycles 3 m.wasm", 0, "3 of 3"},
			{wrong, "--cycles many m.wasm", 2, "not a whole number"},
			{empty, "--cycles EMPTY m.wasm", 2, `--cycles ""`},
			{huge, "--cycles " + hugeNumber + " m.wasm", 2, "not a whole number"},
			{huge, "--cycles 18446744073709551615 --duration 400ms m.wasm", 0, "of 18,446,744,073,709,551,615"},
			{repeated, "--cycles 3 --cycles 4 m.wasm", 0, "4 of 4"},
			{conflict, "--cycles 3 --duration 1h m.wasm", 0, "3 of 3"},
		},
		"calls": {
			{right, "--calls 20 -f add lib.wasm 1 2", 0, "20 of 20"},
			{wrong, "--calls 0 -f add lib.wasm 1 2", 2, "at least 1"},
			{wrong, "--calls 20 -f _start m.wasm", 125, "only once"},
			{empty, "--calls EMPTY -f add lib.wasm 1 2", 2, `--calls ""`},
			{huge, "--calls " + hugeNumber + " -f add lib.wasm 1 2", 2, "at least 1"},
			{repeated, "--calls 2 --calls 20 -f add lib.wasm 1 2", 0, "20 of 20"},
			{conflict, "--calls 20 --cycles 20 -f add lib.wasm 1 2", 2, "exclude each other"},
			{conflict, "--calls 20 m.wasm", 2, "needs the export"},
			{conflict, "--calls 20 --workers 2 -f add lib.wasm 1 2", 2, "exclude each other"},
		},
		"duration": {
			{right, "--duration 400ms m.wasm", 0, "completed"},
			{wrong, "--duration 5 m.wasm", 2, "add the unit"},
			{empty, "--duration EMPTY m.wasm", 2, `--duration ""`},
			{huge, "--duration " + hugeNumber + "h m.wasm", 2, "not a duration"},
			{repeated, "--duration 1h --duration 400ms m.wasm", 0, "completed"},
			{conflict, "--duration 1h --cycles 2 m.wasm", 0, "2 of 2"},
		},
		"workers": {
			{right, "--workers 2 --cycles 5 m.wasm", 0, "on 2 workers"},
			{wrong, "--workers 0 --cycles 5 m.wasm", 2, "from 1 to 1024"},
			{empty, "--workers EMPTY m.wasm", 2, `--workers ""`},
			{huge, "--workers " + hugeNumber + " --cycles 5 m.wasm", 2, "from 1 to 1024"},
			{repeated, "--workers 2 --workers 3 --cycles 5 m.wasm", 0, "on 3 workers"},
			{conflict, "--workers 2 m.wasm", 2, "needs --cycles or --duration"},
		},
		"cycle-output": {
			{right, "--cycle-output none --cycles 2 m.wasm", 0, "completed"},
			{wrong, "--cycle-output last m.wasm", 2, "first, all, none"},
			{empty, "--cycle-output EMPTY m.wasm", 2, `--cycle-output ""`},
			{huge, "--cycle-output HUGE m.wasm", 2, "first, all, none"},
			{repeated, "--cycle-output none --cycle-output all m.wasm", 0, "hello"},
			{conflict, "--cycle-output all m.wasm", 0, "hello"},
		},
		"fail-fast": {
			{right, "--fail-fast --cycles 3 m.wasm", 0, "3 of 3"},
			{wrong, "--fail-fast=maybe --cycles 3 m.wasm", 2, "takes no value"},
			{repeated, "--fail-fast --fail-fast --cycles 3 m.wasm", 0, "3 of 3"},
			{conflict, "--fail-fast m.wasm", 2, "needs --cycles or --duration"},
		},
		"fault": {
			{right, "--fault prestats-lock m.wasm", 99, "1 prestat_lock"},
			{wrong, "--fault prestat-lock m.wasm", 2, "did you mean prestats-lock?"},
			{empty, "--fault EMPTY m.wasm", 2, "--fault"},
			{huge, "--fault HUGE m.wasm", 2, "--fault"},
			{repeated, "--fault prestats-lock --fault prestats-lock m.wasm", 99, "1 prestat_lock"},
			{conflict, "--fault prestats-lock --dir dir m.wasm", 0, "hello"},
			{wrong, "--fault slot:1/2 m.wasm", 2, "no such size"},
			{right, "--fault go-heap:100/2 --cycles 60 m.wasm", 99, "go_heap"},
			{wrong, "--fault go-heap:many m.wasm", 2, "no such size"},
			{wrong, "--fault go-heap/0 m.wasm", 2, "at least 1"},
			{huge, "--fault go-heap/" + hugeNumber + " m.wasm", 2, "at least 1"},
		},
		"target": {
			{right, "--target esp32s3 m.wasm", 0, "On esp32s3"},
			{wrong, "--target esp32 m.wasm", 2, "did you mean esp32s3?"},
			{empty, "--target EMPTY m.wasm", 2, `--target ""`},
			{huge, "--target HUGE m.wasm", 2, "not one of"},
			{repeated, "--target esp32s3 --target esp32s3 m.wasm", 0, "On esp32s3"},
			{conflict, "--target esp32s3 -q m.wasm", 0, "On esp32s3"},
		},
		"mem-report": {
			{right, "--mem-report m.wasm", 0, "Ledger"},
			{right, "--mem-report=json:r.json m.wasm", 0, "hello"},
			{wrong, "--mem-report=jsn m.wasm", 2, "did you mean --mem-report=json?"},
			{empty, "--mem-report= m.wasm", 2, "not one of: text"},
			{empty, "--mem-report=json: m.wasm", 2, "the name of the file is empty"},
			{huge, "--mem-report=json:HUGE m.wasm", 125, "file name too long"},
			{repeated, "--mem-report --mem-report=json:r.json m.wasm", 0, "Ledger"},
			{conflict, "--mem-report=pprof:r.pprof m.wasm", 2, "--mem-report=pprof needs --leak-check"},
			{conflict, "--leak-check --mem-report=pprof m.wasm", 2, "--mem-report=pprof needs a file"},
			{conflict, "--mem-report --mem-report=json m.wasm", 2, "two reports would go to standard error"},
			{conflict, "--mem-report=json:r --mem-report=text:./r m.wasm", 2, "two reports would go to one file"},
		},
		"report-file": {
			{right, "--report-file r.txt m.wasm", 0, "hello"},
			{wrong, "--report-file missing/r.txt m.wasm", 125, "no such file or directory"},
			{empty, "--report-file EMPTY m.wasm", 2, "it is empty"},
			{huge, "--report-file HUGE m.wasm", 125, "file name too long"},
			{repeated, "--report-file missing/r --report-file r.txt m.wasm", 0, "hello"},
			{conflict, "--report-file r --mem-report=json:r m.wasm", 2, "two reports would go to r"},
		},
		"report-every": {
			{right, "--report-every 1ms --mem-report=json:r.json --cycles 30 m.wasm", 0, "hello"},
			{wrong, "--report-every 5 --mem-report=json:r.json --cycles 30 m.wasm", 2, "add the unit"},
			{empty, "--report-every EMPTY m.wasm", 2, `--report-every ""`},
			{huge, "--report-every " + hugeNumber + "h m.wasm", 2, "not a duration"},
			{repeated, "--report-every 1h --report-every 1ms --report-file r --cycles 30 m.wasm", 0, "hello"},
			{conflict, "--report-every 1s --report-file r m.wasm", 2, "needs --cycles"},
			{conflict, "--report-every 1s --cycles 30 m.wasm", 2, "needs a report in a file"},
		},
		"metrics": {
			{right, "--metrics :0 --cycles 30 m.wasm", 0, "metrics: http://127.0.0.1:"},
			{wrong, "--metrics 9090 --cycles 30 m.wasm", 2, "write --metrics :9090"},
			{wrong, "--metrics :http --cycles 30 m.wasm", 2, "not a number"},
			{wrong, "--metrics 192.0.2.1:0 --cycles 30 m.wasm", 125, "--metrics 192.0.2.1:0: "},
			{empty, "--metrics EMPTY --cycles 30 m.wasm", 2, "it is empty"},
			{huge, "--metrics :65536 --cycles 30 m.wasm", 2, "from 0 to 65535"},
			{repeated, "--metrics 192.0.2.1:0 --metrics :0 --cycles 30 m.wasm", 0, "metrics: http://127.0.0.1:"},
			{conflict, "--metrics :0 m.wasm", 2, "needs --cycles"},
			{conflict, "--metrics :0 -q --cycles 30 m.wasm", 0, "clean"},
		},
		"mem-budget": {
			{right, "--mem-budget 1MiB m.wasm", 0, "hello"},
			{right, "--mem-budget 1 m.wasm", 99, "and the budget is 1"},
			{wrong, "--mem-budget 1MB m.wasm", 2, "unknown unit"},
			{empty, "--mem-budget EMPTY m.wasm", 2, `--mem-budget ""`},
			{huge, "--mem-budget " + hugeNumber + " m.wasm", 2, "not a size"},
			{repeated, "--mem-budget 1 --mem-budget 1M m.wasm", 0, "hello"},
			{conflict, "--mem-budget 1M --max-memory 64K m.wasm", 125, "--max-memory 128K"},
		},
		"budget": {
			{right, "--budget fds=3,memory=128KiB m.wasm", 0, "hello"},
			{right, "--budget fds=2 m.wasm", 99, "(fds): 3 descriptors, and the budget is 2"},
			{right, "--cycles 3 --budget cycle_p99=1ns,cycle_max=1h m.wasm", 99, "and the budget is 1ns"},
			{right, "--budget tables=0 m.wasm", 99, "and the budget is 0"},
			{wrong, "--budget fdz=3 m.wasm", 2, "did you mean --budget fds=LIMIT?"},
			{wrong, "--budget fds m.wasm", 2, "fds has no limit"},
			{wrong, "--budget fds=3,memory=1MB m.wasm", 2, "the limit of memory: it has an unknown unit"},
			{wrong, "--cycles 3 --budget cycle_p99=5 m.wasm", 2, "add the unit"},
			{wrong, "--budget fds=-1 m.wasm", 2, "not a whole number"},
			{empty, "--budget EMPTY m.wasm", 2, `"" is not one of: memory`},
			{empty, "--budget fds= m.wasm", 2, "the limit of fds"},
			{huge, "--budget fds=" + hugeNumber + " m.wasm", 2, "not a whole number"},
			{huge, "--budget HUGE=1 m.wasm", 2, "is not one of"},
			{repeated, "--budget fds=2 --budget fds=3 m.wasm", 0, "hello"},
			{conflict, "--budget cycle_p99=5ms m.wasm", 2, "needs --cycles"},
			{conflict, "--budget instructions=5 m.wasm", 2, "needs --count-instructions or --fuel"},
			{conflict, "--budget guest_heap=5 m.wasm", 2, "needs --leak-check"},
			{conflict, "--budget total_memory=1MiB --mem-budget 1 m.wasm", 0, "hello"},
		},
		"error-exitcode": {
			{right, "--error-exitcode 7 --mem-budget 1 m.wasm", 7, "exit code 7"},
			{wrong, "--error-exitcode -1 m.wasm", 2, "from 0 to 255"},
			{empty, "--error-exitcode EMPTY m.wasm", 2, `--error-exitcode ""`},
			{huge, "--error-exitcode 256 m.wasm", 2, "from 0 to 255"},
			{repeated, "--error-exitcode 7 --error-exitcode 8 --mem-budget 1 m.wasm", 8, "exit code 8"},
			{conflict, "--error-exitcode 0 --mem-budget 1 m.wasm", 0, "and the budget is 1"},
		},
		"max-memory": {
			{right, "--max-memory 1MiB m.wasm", 0, "hello"},
			{wrong, "--max-memory 1.5M m.wasm", 2, "not a size"},
			{empty, "--max-memory EMPTY m.wasm", 2, `--max-memory ""`},
			{huge, "--max-memory 17179869183G m.wasm", 0, "hello"},
			{huge, "--max-memory 17179869184G m.wasm", 2, "too large"},
			{repeated, "--max-memory 1 --max-memory 1M m.wasm", 0, "hello"},
			{conflict, "--max-memory 1 m.wasm", 125, "--max-memory 128K"},
		},
		"max-table-elements": {
			{right, "--max-table-elements 100 m.wasm", 0, "hello"},
			{wrong, "--max-table-elements 0 m.wasm", 2, "from 1 to"},
			{wrong, "--max-table-elements 1 m.wasm", 125, "is the least that it needs"},
			{empty, "--max-table-elements EMPTY m.wasm", 2, `--max-table-elements ""`},
			{huge, "--max-table-elements " + hugeNumber + " m.wasm", 2, "from 1 to"},
			{repeated, "--max-table-elements 1 --max-table-elements 100 m.wasm", 0, "hello"},
			{conflict, "--max-table-elements 100 --max-memory 1MiB m.wasm", 0, "hello"},
		},
		"timeout": {
			{right, "--timeout 1h m.wasm", 0, "hello"},
			{wrong, "--timeout 500 m.wasm", 2, "add the unit: 500ms or 500s"},
			{empty, "--timeout EMPTY m.wasm", 2, `--timeout ""`},
			{huge, "--timeout " + hugeNumber + "s m.wasm", 2, "not a duration"},
			{repeated, "--timeout 1ns --timeout 1h m.wasm", 0, "hello"},
			{conflict, "--timeout 1h --duration 400ms m.wasm", 0, "completed"},
		},
		"fuel": {
			{right, "--fuel 1000000 m.wasm", 0, "hello"},
			{right, "--fuel 10 m.wasm", 124, "fuel of 10 instructions"},
			{wrong, "--fuel 0 m.wasm", 2, "from 1 to"},
			{empty, "--fuel EMPTY m.wasm", 2, `--fuel ""`},
			{huge, "--fuel " + hugeNumber + " m.wasm", 2, "from 1 to"},
			{huge, "--fuel 9223372036854775807 m.wasm", 0, "hello"},
			{repeated, "--fuel 1 --fuel 1000000 m.wasm", 0, "hello"},
			{conflict, "--fuel 1000 --uninterruptible m.wasm", 2, "--uninterruptible excludes"},
		},
		"count-instructions": {
			{right, "--count-instructions m.wasm", 0, "instructions"},
			{wrong, "--count-instructions=maybe m.wasm", 2, "takes no value"},
			{repeated, "--count-instructions --count-instructions m.wasm", 0, "instructions"},
			{conflict, "--count-instructions --uninterruptible m.wasm", 2, "--uninterruptible excludes"},
		},
		"uninterruptible": {
			{right, "--uninterruptible m.wasm", 0, "hello"},
			{wrong, "--uninterruptible=maybe m.wasm", 2, "takes no value"},
			{repeated, "--uninterruptible --uninterruptible m.wasm", 0, "hello"},
			{conflict, "--uninterruptible --timeout 1h m.wasm", 2, "--uninterruptible excludes"},
		},
		"unknown-imports": {
			{right, "--unknown-imports trap plugin.wasm", 134, "call of the unknown import"},
			{right, "--unknown-imports zero plugin.wasm", 0, "returned zeros"},
			{wrong, "--unknown-imports maybe m.wasm", 2, "trap, zero"},
			{empty, "--unknown-imports EMPTY m.wasm", 2, `--unknown-imports ""`},
			{huge, "--unknown-imports HUGE m.wasm", 2, "trap, zero"},
			{repeated, "--unknown-imports trap --unknown-imports zero m.wasm", 0, "hello"},
			{conflict, "--unknown-imports trap -f add lib.wasm 1 2", 0, "3"},
		},
		"argv0": {
			{right, "--argv0 name --trace=args m.wasm", 0, "hello"},
			{wrong, "--argv0", 2, "--argv0 needs a value"},
			{empty, "--argv0 EMPTY m.wasm", 2, "it is empty"},
			{huge, "--max-args 4K --argv0 HUGE m.wasm", 125, "more than the limit"},
			{repeated, "--argv0 a --argv0 b m.wasm", 0, "hello"},
			{conflict, "--argv0 name -f add lib.wasm 1 2", 0, "3"},
		},
		"max-fds": {
			{right, "--max-fds 5 m.wasm", 0, "hello"},
			{wrong, "--max-fds 2 m.wasm", 2, "from 3 to"},
			{empty, "--max-fds EMPTY m.wasm", 2, `--max-fds ""`},
			{huge, "--max-fds " + hugeNumber + " m.wasm", 2, "from 3 to"},
			{repeated, "--max-fds 3 --max-fds 5 --dir dir m.wasm", 0, "hello"},
			{conflict, "--max-fds 3 --dir dir m.wasm", 125, "dir"},
		},
		"max-dir-streams": {
			{right, "--max-dir-streams 5 m.wasm", 0, "hello"},
			{wrong, "--max-dir-streams 0 m.wasm", 2, "from 1 to"},
			{empty, "--max-dir-streams EMPTY m.wasm", 2, `--max-dir-streams ""`},
			{huge, "--max-dir-streams " + hugeNumber + " m.wasm", 2, "from 1 to"},
			{repeated, "--max-dir-streams 1 --max-dir-streams 2 m.wasm", 0, "hello"},
			{conflict, "--max-dir-streams 1 --max-fds 3 m.wasm", 0, "hello"},
		},
		"max-args": {
			{right, "--max-args 1K m.wasm", 0, "hello"},
			{wrong, "--max-args few m.wasm", 2, "not a size"},
			{empty, "--max-args EMPTY m.wasm", 2, `--max-args ""`},
			{huge, "--max-args 18446744073709551615 m.wasm", 0, "hello"},
			{repeated, "--max-args 1 --max-args 1K m.wasm", 0, "hello"},
			{conflict, "--max-args 10 --env LONG=VALUE m.wasm", 125, "more than the limit"},
		},
		"interp": {
			{right, "--interp m.wasm", 0, "hello"},
			{wrong, "--interp=fast m.wasm", 2, "takes no value"},
			{repeated, "--interp --interp m.wasm", 0, "hello"},
			{conflict, "--interp --cache-dir c m.wasm", 0, "hello"},
		},
		"no-cache": {
			{right, "--no-cache m.wasm", 0, "hello"},
			{wrong, "--no-cache=maybe m.wasm", 2, "takes no value"},
			{repeated, "--no-cache --no-cache m.wasm", 0, "hello"},
			{conflict, "--no-cache --cache-dir c m.wasm", 2, "exclude each other"},
		},
		"cache-dir": {
			{right, "--cache-dir c m.wasm", 0, "hello"},
			{wrong, "--cache-dir file m.wasm", 0, "cannot be used"},
			{empty, "--cache-dir EMPTY m.wasm", 2, "it is empty"},
			{huge, "--cache-dir HUGE m.wasm", 0, "file name too long"},
			{repeated, "--cache-dir file --cache-dir c m.wasm", 0, "hello"},
			{conflict, "--cache-dir c --no-cache m.wasm", 2, "exclude each other"},
		},
		"cache-max-size": {
			{right, "--cache-max-size 1G m.wasm", 0, "hello"},
			{wrong, "--cache-max-size 0 m.wasm", 2, "not above 0"},
			{empty, "--cache-max-size EMPTY m.wasm", 2, `--cache-max-size ""`},
			{huge, "--cache-max-size " + hugeNumber + " m.wasm", 2, "not a size"},
			{repeated, "--cache-max-size 1 --cache-max-size 1G m.wasm", 0, "hello"},
			{conflict, "--cache-max-size 1 --cache-dir c2 m.wasm", 0, "limit is 1"},
		},
		"leak-check": {
			{right, "--leak-check heap.wasm", 0, "Guest heap"},
			{wrong, "--leak-check=some m.wasm", 2, "summary, full"},
			{wrong, "--leak-check -f add lib.wasm 1 2", 125, "no allocator was found"},
			{empty, "--leak-check= m.wasm", 2, "summary, full"},
			{huge, "--leak-check=HUGE m.wasm", 2, "summary, full"},
			{repeated, "--leak-check=summary --leak-check=full heap.wasm", 0, "Guest heap"},
			{conflict, "--leak-check --cache-dir c heap.wasm", 0, "Guest heap"},
		},
		"show-leak-kinds": {
			{right, "--leak-check --show-leak-kinds all heap.wasm", 0, "Guest heap"},
			{wrong, "--leak-check --show-leak-kinds lost m.wasm", 2, "not one of definite"},
			{empty, "--show-leak-kinds EMPTY m.wasm", 2, "not one of definite"},
			{huge, "--show-leak-kinds HUGE m.wasm", 2, "not one of definite"},
			{repeated, "--leak-check --show-leak-kinds all --show-leak-kinds none heap.wasm", 0, "Guest heap"},
			{conflict, "--show-leak-kinds all m.wasm", 2, "needs --leak-check"},
		},
		"errors-for-leak-kinds": {
			{right, "--leak-check --errors-for-leak-kinds definite,possible heap.wasm", 0, "Guest heap"},
			{wrong, "--leak-check --errors-for-leak-kinds lost m.wasm", 2, "not one of definite"},
			{empty, "--errors-for-leak-kinds EMPTY m.wasm", 2, "not one of definite"},
			{huge, "--errors-for-leak-kinds HUGE m.wasm", 2, "not one of definite"},
			{repeated, "--leak-check --errors-for-leak-kinds none --errors-for-leak-kinds indirect heap.wasm", 0, "Guest heap"},
			{conflict, "--errors-for-leak-kinds all m.wasm", 2, "needs --leak-check"},
		},
		"num-callers": {
			{right, "--leak-check --num-callers 3 heap.wasm", 0, "Guest heap"},
			{wrong, "--num-callers 29 m.wasm", 2, "from 1 to 28"},
			{empty, "--num-callers EMPTY m.wasm", 2, `--num-callers ""`},
			{huge, "--num-callers " + hugeNumber + " m.wasm", 2, "from 1 to 28"},
			{repeated, "--leak-check --num-callers 1 --num-callers 2 heap.wasm", 0, "Guest heap"},
			{conflict, "--num-callers 3 m.wasm", 2, "needs --leak-check"},
		},
		"error-limit": {
			{right, "--leak-check --error-limit 3 heap.wasm", 0, "Guest heap"},
			{wrong, "--error-limit 0 m.wasm", 2, "from 1 to"},
			{empty, "--error-limit EMPTY m.wasm", 2, `--error-limit ""`},
			{huge, "--error-limit " + hugeNumber + " m.wasm", 2, "from 1 to"},
			{repeated, "--leak-check --error-limit 1 --error-limit 2 heap.wasm", 0, "Guest heap"},
			{conflict, "--error-limit 3 m.wasm", 2, "needs --leak-check"},
		},
		"suppressions": {
			{right, "--leak-check --suppressions none heap.wasm", 0, "Guest heap"},
			{wrong, "--leak-check --suppressions missing m.wasm", 125, "no such file"},
			{wrong, "--leak-check --suppressions file m.wasm", 2, "line 1"},
			{empty, "--leak-check --suppressions EMPTY m.wasm", 2, "it is empty"},
			{huge, "--leak-check --suppressions HUGE m.wasm", 125, "file name too long"},
			{repeated, "--leak-check --suppressions none --suppressions none heap.wasm", 0, "Guest heap"},
			{conflict, "--suppressions file m.wasm", 2, "needs --leak-check"},
		},
		"gen-suppressions": {
			{right, "--leak-check --gen-suppressions heap.wasm", 0, "Guest heap"},
			{wrong, "--gen-suppressions=maybe m.wasm", 2, "takes no value"},
			{repeated, "--leak-check --gen-suppressions --gen-suppressions heap.wasm", 0, "Guest heap"},
			{conflict, "--gen-suppressions m.wasm", 2, "needs --leak-check"},
		},
		"heap-func": {
			{right, "--leak-check --heap-func malloc=malloc heap.wasm", 0, "Guest heap"},
			{wrong, "--leak-check --heap-func malloc=nowhere m.wasm", 125, "no function of that name"},
			{wrong, "--leak-check --heap-func malloc m.wasm", 125, "cannot be watched"},
			{empty, "--leak-check --heap-func EMPTY m.wasm", 2, "it is empty"},
			{huge, "--leak-check --heap-func HUGE m.wasm", 125, "cannot be watched"},
			{repeated, "--leak-check --heap-func malloc=malloc --heap-func free=free heap.wasm", 0, "Guest heap"},
			{conflict, "--heap-func malloc=malloc m.wasm", 2, "needs --leak-check"},
		},
		"trace": {
			{right, "--trace m.wasm", 0, "fd_write("},
			{wrong, "--trace=fd_reed m.wasm", 2, "did you mean --trace=fd_read?"},
			{empty, "--trace= m.wasm", 2, "unknown group or function"},
			{huge, "--trace=HUGE m.wasm", 2, "unknown group or function"},
			{repeated, "--trace=path --trace=fd_write m.wasm", 0, "fd_write("},
			{conflict, "--trace --cycles 2 --cycle-output none m.wasm", 0, "completed"},
		},
		"trace-file": {
			{right, "--trace-file t m.wasm", 0, "hello"},
			{wrong, "--trace-file missing/t m.wasm", 125, "no such file or directory"},
			{empty, "--trace-file EMPTY m.wasm", 2, "it is empty"},
			{huge, "--trace-file HUGE m.wasm", 125, "file name too long"},
			{repeated, "--trace-file missing/t --trace-file t m.wasm", 0, "hello"},
			{conflict, "--trace-file r --report-file ./r m.wasm", 2, "would go to one file"},
			{conflict, "--trace-file m.wasm m.wasm", 125, "is the module itself"},
		},
		"cpu-profile": {
			{right, "--cpu-profile p m.wasm", 0, "hello"},
			{wrong, "--cpu-profile missing/p m.wasm", 125, "no such file or directory"},
			{empty, "--cpu-profile EMPTY m.wasm", 2, "it is empty"},
			{huge, "--cpu-profile HUGE m.wasm", 125, "file name too long"},
			{repeated, "--cpu-profile missing/p --cpu-profile p m.wasm", 0, "hello"},
			{conflict, "--cpu-profile r --report-file ./r m.wasm", 2, "would go to one file"},
			{conflict, "--cpu-profile r --trace-file ./r m.wasm", 2, "would go to one file"},
			{conflict, "--cpu-profile p --uninterruptible m.wasm", 2, "excludes"},
			{conflict, "--cpu-profile m.wasm m.wasm", 125, "is the module itself"},
		},
		"trace-times": {
			{right, "-T --trace m.wasm", 0, " <0."},
			{wrong, "--trace-times=maybe --trace m.wasm", 2, "takes no value"},
			{repeated, "-T -T --trace m.wasm", 0, " <0."},
			{conflict, "-T m.wasm", 2, "needs --trace"},
		},
		"color": {
			{right, "--color always --mem-report m.wasm", 0, "\x1b["},
			{wrong, "--color sometimes m.wasm", 2, "auto, always, never"},
			{empty, "--color EMPTY m.wasm", 2, `--color ""`},
			{huge, "--color HUGE m.wasm", 2, "auto, always, never"},
			{repeated, "--color never --color always --mem-report m.wasm", 0, "\x1b["},
			{conflict, "--color always --mem-report=json m.wasm", 0, `"schema": "wamr-go/report/v1"`},
		},
		"quiet": {
			{right, "-q --cycles 30 m.wasm", 0, ": "},
			{wrong, "--quiet=maybe m.wasm", 2, "takes no value"},
			{repeated, "-q -q m.wasm", 0, "hello"},
			{conflict, "-q -v m.wasm", 2, "exclude each other"},
		},
		"verbose": {
			{right, "-v m.wasm", 0, "note: engine: "},
			{wrong, "--verbose=maybe m.wasm", 2, "takes no value"},
			{repeated, "-v -v m.wasm", 0, "note: engine: "},
			{conflict, "-v -q m.wasm", 2, "exclude each other"},
		},
	},
	"compile": {
		"cache-dir": {
			{right, "--cache-dir c m.wasm", 0, ""},
			{wrong, "--cache-dir file m.wasm", 125, "cannot be used"},
			{empty, "--cache-dir EMPTY m.wasm", 2, "it is empty"},
			{huge, "--cache-dir HUGE m.wasm", 125, "file name too long"},
			{repeated, "--cache-dir file --cache-dir c m.wasm", 0, ""},
			{conflict, "--cache-dir c", 2, "no MODULE is given"},
		},
		"cache-max-size": {
			{right, "--cache-max-size 1G m.wasm", 0, ""},
			{wrong, "--cache-max-size 1T m.wasm", 2, "it is not a size"},
			{empty, "--cache-max-size EMPTY m.wasm", 2, `--cache-max-size ""`},
			{huge, "--cache-max-size " + hugeNumber + " m.wasm", 2, "not a size"},
			{repeated, "--cache-max-size 1 --cache-max-size 1G m.wasm", 0, ""},
			{conflict, "--cache-max-size 1 --cache-dir c3 m.wasm", 125, "limit is 1"},
		},
	},
	// These run no module: dir has none. vet.txtar runs some.
	"vet": {
		"jobs": {
			{right, "--jobs 2 dir", 125, nothingToVet},
			{wrong, "--jobs 0 dir", 2, "from 1 to 1024"},
			{empty, "--jobs EMPTY dir", 2, `--jobs ""`},
			{huge, "--jobs " + hugeNumber + " dir", 2, "from 1 to 1024"},
			{repeated, "--jobs 1 --jobs 2 dir", 125, nothingToVet},
			{conflict, "--jobs 2", 2, ""},
		},
		"module-timeout": {
			{right, "--module-timeout 1s dir", 125, nothingToVet},
			{wrong, "--module-timeout soon dir", 2, "not a duration"},
			{empty, "--module-timeout EMPTY dir", 2, `--module-timeout ""`},
			{huge, "--module-timeout " + hugeNumber + "s dir", 2, "not a duration"},
			{repeated, "--module-timeout 1s --module-timeout 2s dir", 125, nothingToVet},
			{conflict, "--module-timeout 1s --timeout 2s dir", 125, nothingToVet},
		},
		"shard": {
			{right, "--shard 1/2 dir", 125, nothingToVet},
			{wrong, "--shard 3/2 dir", 2, "not from 1 to 2"},
			{empty, "--shard EMPTY dir", 2, "is not I/N"},
			{huge, "--shard " + hugeNumber + "/" + hugeNumber + " dir", 2, "is not I/N"},
			{repeated, "--shard 1/2 --shard 2/2 dir", 125, nothingToVet},
			{conflict, "--shard 1/2 --shards 2 dir", 2, "exclude each other"},
		},
		"shards": {
			{right, "--shards 2 dir", 2, "JOB_COMPLETION_INDEX"},
			{wrong, "--shards 0 dir", 2, "from 1 to"},
			{empty, "--shards EMPTY dir", 2, `--shards ""`},
			{huge, "--shards " + hugeNumber + " dir", 2, "from 1 to"},
			{repeated, "--shards 2 --shards 3 dir", 2, "JOB_COMPLETION_INDEX"},
			{conflict, "--shards 2 --shard 1/2 dir", 2, "exclude each other"},
		},
		"format": {
			{right, "--format json dir", 125, nothingToVet},
			{wrong, "--format xml dir", 2, "not one of"},
			{empty, "--format EMPTY dir", 2, `--format ""`},
			{huge, "--format HUGE dir", 2, "not one of"},
			{repeated, "--format json --format text dir", 125, nothingToVet},
			{conflict, "--format json --report-file r dir", 125, nothingToVet},
		},
		"report-file": {
			{right, "--report-file r dir", 125, nothingToVet},
			{wrong, "--report-file missing/r dir", 125, "no such file"},
			{empty, "--report-file EMPTY dir", 2, "it is empty"},
			{huge, "--report-file HUGE dir", 125, "file name too long"},
			{repeated, "--report-file r --report-file s dir", 125, nothingToVet},
			{conflict, "--report-file m.wasm .", 125, "is one of the modules"},
		},
		"junit": {
			{right, "--junit r dir", 125, nothingToVet},
			{wrong, "--junit missing/r dir", 125, "no such file"},
			{empty, "--junit EMPTY dir", 2, "it is empty"},
			{huge, "--junit HUGE dir", 125, "file name too long"},
			{repeated, "--junit r --junit s dir", 125, nothingToVet},
			{conflict, "--junit r --report-file ./r dir", 2, "two reports would go to one file"},
		},
	},
	"report show": {
		"format": reportFormatRows("report.json"), "output": reportOutputRows("report.json"), "color": reportColorRows("report.json"),
		"show-leak-kinds": {
			{right, "--show-leak-kinds all report.json", 0, "Outcome"},
			{wrong, "--show-leak-kinds some report.json", 2, "is not one of"},
			{empty, "--show-leak-kinds EMPTY report.json", 2, "is not one of"},
			{huge, "--show-leak-kinds HUGE report.json", 2, "is not one of"},
			{repeated, "--show-leak-kinds all --show-leak-kinds none report.json", 0, "Outcome"},
			{conflict, "--show-leak-kinds all --format json report.json", 0, "schema"},
		},
	},
	"report merge": {
		"format": reportFormatRows("report.json more.json"), "output": reportOutputRows("report.json more.json"),
		"color": reportColorRows("report.json more.json"),
		"corpus": {
			{right, "--corpus dir report.json", 0, "1 module: 1 clean"},
			{wrong, "--corpus missing report.json", 125, "it is in no part"},
			{empty, "--corpus EMPTY report.json", 2, "it is empty"},
			{huge, "--corpus HUGE report.json", 125, "it is in no part"},
			{repeated, "--corpus dir --corpus m.wasm report.json", 125, "it is in no part"},
			{conflict, "--corpus - -", 2, "standard input can be one report only"},
		},
	},
	"report diff": {
		"format": reportFormatRows("report.json more.json"), "output": reportOutputRows("report.json more.json"),
		"color": reportColorRows("report.json more.json"),
		"all": {
			{right, "--all report.json more.json", 0, "outcome"},
			{wrong, "--all=some report.json more.json", 2, "takes no value"},
			{repeated, "--all -v report.json more.json", 0, "outcome"},
			{conflict, "--all --format json report.json more.json", 0, `"outcome"`},
		},
		"fail-on-growth": {
			{right, "--fail-on-growth 1 report.json more.json", 99, "memory peak"},
			{right, "--fail-on-growth 150% report.json more.json", 0, "memory peak"},
			{wrong, "--fail-on-growth much report.json more.json", 2, "not a number of percent"},
			{empty, "--fail-on-growth EMPTY report.json more.json", 2, "not a number of percent"},
			{huge, "--fail-on-growth " + hugeNumber + " report.json more.json", 2, "not a number of percent"},
			{repeated, "--fail-on-growth 1 --fail-on-growth 200 report.json more.json", 0, "memory peak"},
			{conflict, "--fail-on-growth 1 more.json report.json", 0, "memory peak"},
		},
		"include": {
			{right, "--fail-on-growth 200 --include timings report.json more.json", 0, "memory peak"},
			{wrong, "--fail-on-growth 1 --include timing report.json more.json", 2, "did you mean timings?"},
			{empty, "--fail-on-growth 1 --include EMPTY report.json more.json", 2, "is not one of"},
			{huge, "--fail-on-growth 1 --include HUGE report.json more.json", 2, "is not one of"},
			{repeated, "--fail-on-growth 200 --include timings --include all report.json more.json", 0, "memory peak"},
			{conflict, "--include timings report.json more.json", 2, "needs --fail-on-growth"},
		},
	},
	"cache info":  {"cache-dir": cacheDirRows},
	"cache clean": {"cache-dir": cacheDirRows},
}

const nothingToVet = "there is no module to run"

var cacheDirRows = []flagRow{
	{right, "--cache-dir dir", 0, "0"},
	{wrong, "--cache-dir file", 125, "not a directory"},
	{empty, "--cache-dir EMPTY", 2, "it is empty"},
	{huge, "--cache-dir HUGE", 125, "file name too long"},
	{repeated, "--cache-dir file --cache-dir dir", 0, "0"},
	{conflict, "--cache-dir dir file", 2, "takes no argument"},
}

// The rows of the flags that the commands about reports share.

func reportFormatRows(args string) []flagRow {
	return []flagRow{
		{right, "--format json " + args, 0, "schema"},
		{wrong, "--format jsn " + args, 2, "did you mean json?"},
		{empty, "--format EMPTY " + args, 2, `--format ""`},
		{huge, "--format HUGE " + args, 2, "not one of"},
		{repeated, "--format json --format html " + args, 0, "<!DOCTYPE html>"},
		{conflict, "--format html --color always " + args, 0, "<!DOCTYPE html>"},
	}
}

func reportOutputRows(args string) []flagRow {
	return []flagRow{
		{right, "-o out " + args, 0, ""},
		{wrong, "--output missing/out " + args, 125, "--output missing/out: no such file"},
		{wrong, "--output report.json " + args, 125, "is one of the reports to read"},
		{empty, "--output EMPTY " + args, 2, "it is empty"},
		{huge, "--output HUGE " + args, 125, "file name too long"},
		{repeated, "--output out --output - --format json " + args, 0, "schema"},
		{conflict, "--output out --color always " + args, 0, ""},
	}
}

func reportColorRows(args string) []flagRow {
	return []flagRow{
		{right, "--color never " + args, 0, ""},
		{wrong, "--color sometimes " + args, 2, "not one of"},
		{empty, "--color EMPTY " + args, 2, `--color ""`},
		{huge, "--color HUGE " + args, 2, "not one of"},
		{repeated, "--color never --color always " + args, 0, "\x1b["},
		{conflict, "--color always --format json " + args, 0, "schema"},
	}
}

// TestAllFlags gives every flag of every command in every way. It fails if a flag
// has no row for one of them.
func TestAllFlags(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its system errors have other words")
	}
	prepareFlagFiles(t)
	root, _ := newTestRoot()
	for _, c := range allCommands(root) {
		name := strings.TrimPrefix(c.CommandPath(), root.Name()+" ")
		rows := maps.Clone(flagRows[name])
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Hidden || name == "vet" && rows[f.Name] == nil && flagRows["run"][f.Name] != nil {
				return // vet passes on flags of run, which have rows of their own
			}
			t.Run(name+" "+f.Name, func(t *testing.T) { checkFlag(t, name, f, rows[f.Name]) })
			delete(rows, f.Name)
		})
		for flag := range rows {
			t.Errorf("%s has no flag --%s", name, flag)
		}
	}
}

// allCommands returns the commands that have flags of their own, without cobra's.
func allCommands(root *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, c := range root.Commands() {
		if c.Name() != "completion" && c.Name() != "help" && !c.Hidden {
			all = append(append(all, c), allCommands(c)...)
		}
	}
	return all
}

func checkFlag(t *testing.T, command string, f *pflag.Flag, rows []flagRow) {
	kinds := []string{right, wrong, empty, huge, repeated, conflict}
	if f.Value.Type() == "bool" {
		kinds = []string{right, wrong, repeated, conflict}
	}
	for _, kind := range kinds {
		if !slices.ContainsFunc(rows, func(r flagRow) bool { return r.kind == kind }) {
			t.Errorf("flagRows has no row of the kind %s", kind)
		}
	}
	for _, r := range rows {
		words := append(strings.Fields(command), strings.Fields(r.args)...)
		for i, w := range words {
			w = strings.ReplaceAll(w, hugeWord, strings.Repeat("x", 5000))
			words[i] = strings.ReplaceAll(w, emptyWord, "")
		}
		var out, messages bytes.Buffer
		code := run(words, strings.NewReader(""), &out, &messages)
		if code != r.code || !strings.Contains(out.String()+messages.String(), r.say) {
			t.Errorf("%s: %s: exit code %d, want %d and %q\n%s%s", r.kind, r.args, code, r.code, r.say, &out, &messages)
		}
		if r.code == exitUsage && !strings.HasPrefix(messages.String(), "error: ") {
			t.Errorf("%s: wrong usage begins with %q", r.args, &messages)
		}
	}
}

// prepareFlagFiles makes the files that the rows name, in a directory that
// becomes the current one.
func prepareFlagFiles(t *testing.T) {
	t.Helper()
	for file, guest := range map[string]string{"m.wasm": "c/hello", "lib.wasm": "wat/arith", "plugin.wasm": "wat/plugin", "heap.wasm": "c/args"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "testdata", filepath.FromSlash(guest)+".wasm"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := os.WriteFile(file, content, 0o666); err != nil {
				t.Fatal(err)
			}
		}()
	}
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, name := range []string{"NO_COLOR", "CLICOLOR_FORCE", "NOT_SET_HERE"} {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	const saved = `{"schema":"wamr-go/report/v1","outcome":{"kind":"exit"},"module":{"path":"a.wasm"},"memory":{"peak_bytes":65536},"ledger":{}}`
	for name, text := range map[string]string{"report.json": saved, "more.json": strings.ReplaceAll(saved, "65536", "131072")} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("none", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("file", []byte("no directory"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("dir", 0o777); err != nil {
		t.Fatal(err)
	}
}
