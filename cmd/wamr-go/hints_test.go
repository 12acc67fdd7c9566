package main

import (
	"bytes"
	"compress/gzip"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// hintCase is a command line that fails with a hint, and the next command.
type hintCase struct {
	args string // of wamr-go, separated by spaces
	hint string // regular expression
	// next are the arguments of the command that follows the hint; $1 stands for the
	// match of hint's first group.
	next string
	code int    // of next
	says string // by next on standard error; "" for anything without a hint
	do   func(t *testing.T)
}

func hintCases() []hintCase {
	const anyModule = "hello.wasm"
	return []hintCase{
		{args: "data", hint: `^name a \.wasm file$`, next: anyModule},
		{args: "trap.wat", hint: `^wat2wasm trap\.wat$`, next: "trap.wasm", code: exitTrap, says: "trap: unreachable", do: wat2wasm},
		{args: "hello.aot", hint: `name the \.wasm file`, next: anyModule},
		{args: "hello.wasm.gz", hint: `^decompress it first$`, next: "unpacked.wasm", do: decompress},
		{args: "native", hint: `^build for wasm32-wasip1$`, next: anyModule},
		{args: "component.wasm", hint: `^wasmtime and jco run components; build for wasm32-wasip1 to run it here$`, next: anyModule},
		{args: "version.wasm", hint: `^wamr-go runs core modules with WASI preview1; build for wasm32-wasip1$`, next: anyModule},
		{args: "cut.wasm", hint: `^the file is incomplete; copy or download it again$`, next: anyModule},
		{args: "type.wasm", hint: `^the module was not built against the preview1 headers$`, next: anyModule},
		{args: "--max-fds 3 --dir data hello.wasm", hint: `^(--max-fds) sets how many`, next: "$1 4 --dir data hello.wasm"},
		{args: "--max-args 3 hello.wasm a b", hint: `^(--max-args \d+) is the least that it needs$`, next: "$1 hello.wasm a b"},
		{args: "hello", hint: `^did you mean (hello\.wasm)\?$`, next: "$1"},
		{args: "versin", hint: `^did you mean wamr-go (version)\?$`, next: "$1"},
		{args: "--mem-report json hello.wasm", hint: `^the value belongs to the flag: (--mem-report=json)$`, next: "$1 hello.wasm"},
		{args: "--leak-check yes heap.wasm", hint: `^the value belongs to the flag: (--leak-check=full)$`, next: "$1 heap.wasm"},
		{args: "--leak-check summary heap.wasm", hint: `^the value belongs to the flag: (--leak-check=summary)$`, next: "$1 heap.wasm"},
		{args: "--trace fd,path hello.wasm", hint: `^the value belongs to the flag: (--trace=fd,path)$`, next: "$1 hello.wasm"},
		{args: "--leak-check=yes hello.wasm", hint: `^valgrind's yes is (--leak-check=full)$`, next: "$1 heap.wasm"},
		{args: "--num-callers 3 hello.wasm", hint: `^wamr-go (run --leak-check --num-callers) N MODULE$`, next: "$1 3 heap.wasm"},
		{args: "plugin.wasm", hint: `(--unknown-imports=trap) runs the module until it calls one of them$`, next: "$1 plugin.wasm", code: exitTrap, says: "call of the unknown import"},
		{args: "--max-memory 64K hello.wasm", hint: `^(--max-memory \d+K) is the least that it needs$`, next: "$1 hello.wasm"},
		{args: "bigtable.wasm", hint: `^(--max-table-elements \d+) is the least that it needs$`, next: "$1 bigtable.wasm"},
		{args: "branches.wasm", hint: `^it would take too long to compile; wamr-go run (--interp) has no such limit$`, next: "$1 branches.wasm"},
		{args: "-f ad arith.wasm 1 2", hint: `^did you mean (-f add)\?$`, next: "$1 arith.wasm 1 2"},
		{args: "-f add arith.wasm 1", hint: `^wamr-go (-f add arith.wasm 1 2)$`, next: "$1"},
		{args: "-f add arith.wasm 1 x", hint: `^wamr-go (-f add arith.wasm 1 2)$`, next: "$1"},
		{args: "arith.wasm", hint: `^wamr-go (-f \S+ arith.wasm.*)$`, next: "$1"},
		{args: "--calls 20 -f _start hello.wasm", hint: `^(--cycles) N starts it in a new instance each time; -f NAME calls another export$`, next: "$1 20 hello.wasm"},
		{args: "--calls 20 --cycles 20 -f add arith.wasm 1 2", hint: `^(--calls) N calls an export of one instance again and again; --cycles N makes a new instance each time$`, next: "$1 20 -f add arith.wasm 1 2"},
		{args: "--calls 20 arith.wasm", hint: `^wamr-go (run --calls 20 -f) NAME MODULE$`, next: "$1 add arith.wasm 1 2"},
		{args: "--env =x hello.wasm", hint: `^write (--env NAME=VALUE)$`, next: "$1 hello.wasm"},
		{args: "--workers 2 hello.wasm", hint: `^wamr-go (run --cycles 1000 --workers 2) MODULE$`, next: "$1 hello.wasm"},
		{args: "--metrics :0 hello.wasm", hint: `^wamr-go run --duration 24h (--metrics 127\.0\.0\.1:0) MODULE$`, next: "--cycles 20 $1 hello.wasm"},
		{args: "--metrics 0 --cycles 20 hello.wasm", hint: `^write (--metrics :0)$`, next: "$1 --cycles 20 hello.wasm"},
		{args: "--metrics localhost --cycles 20 hello.wasm", hint: `^write --metrics :9090, or --metrics 0\.0\.0\.0:9090 for other machines to see it$`, next: "--metrics :0 --cycles 20 hello.wasm"},
		{args: "--report-every 5s --report-file r hello.wasm", hint: `^wamr-go run --duration 24h (--mem-report=json:FILE --report-every 5s) MODULE$`, next: "--cycles 20 $1 hello.wasm"},
		{args: "--report-every 5s --cycles 20 hello.wasm", hint: `^wamr-go run --duration 24h (--mem-report=json:FILE --report-every 5s) MODULE$`, next: "--cycles 20 $1 hello.wasm"},
		{args: "--fail-fast hello.wasm", hint: `^wamr-go (run --cycles 1000 --fail-fast) MODULE$`, next: "$1 hello.wasm"},
		{args: "--mem-report=jsn hello.wasm", hint: `^did you mean (--mem-report=json)\?$`, next: "$1 hello.wasm"},
		{args: "--mem-report=json: hello.wasm", hint: `^write (--mem-report=json:FILE)$`, next: "$1 hello.wasm"},
		{args: "--mem-report=out.html hello.wasm", hint: `^to write a file: (--mem-report=html:out\.html)$`, next: "$1 hello.wasm"},
		{args: "--mem-report --mem-report=json hello.wasm", hint: `^give one of them a file: (--mem-report=json:FILE)$`, next: "--mem-report $1 hello.wasm"},
		{args: "--mem-report=pprof:x hello.wasm", hint: `^wamr-go run (--leak-check --mem-report=pprof:FILE) MODULE$`, next: "$1 heap.wasm"},
		{args: "--leak-check --mem-report=pprof heap.wasm", hint: `^(--mem-report=pprof:FILE)$`, next: "--leak-check $1 heap.wasm"},
		{args: "--mem-report=json:x --report-file x hello.wasm", hint: `^each needs a file of its own$`, next: "--mem-report=json:x --report-file y hello.wasm"},
		{args: "-f hello.wasm", hint: `^wamr-go (run -f) NAME MODULE \[ARG\.\.\.\]$`, next: "$1 add arith.wasm 1 2"},
		{args: "data:/x hello.wasm", hint: `^to preopen a directory: (--dir data::/x)$`, next: "$1 hello.wasm"},
		{args: "compile --frobnicate-everything hello.wasm", hint: `^wamr-go (compile --help) lists the flags$`, next: "$1"},
		{args: "--gen-suppressions hello.wasm", hint: `^wamr-go (run --leak-check --gen-suppressions) MODULE$`, next: "$1 heap.wasm"},
		{args: "--leak-check --suppressions data/wrong hello.wasm", hint: `^(--gen-suppressions) prints some to begin with$`, next: "--leak-check $1 heap.wasm"},
		{args: "--leak-check -f add arith.wasm 1 2", hint: `^build the module without --strip-all, or name the functions: (--heap-func) malloc=NAME`, next: "--leak-check $1 malloc=malloc heap.wasm"},
		{args: "--leak-check --heap-func malloc=nowhere hello.wasm", hint: `^(--heap-func) malloc=NAME names a function`, next: "--leak-check $1 malloc=malloc heap.wasm"},
		{args: "--budget fdz=3 hello.wasm", hint: `^did you mean (--budget fds)=LIMIT\?$`, next: "$1=8 hello.wasm"},
		{args: "--budget fds hello.wasm", hint: `^write (--budget fds=8)$`, next: "$1 hello.wasm"},
		{args: "--budget guest_heap=1 hello.wasm", hint: `^wamr-go (run --leak-check --budget guest_heap=64KiB) MODULE$`, next: "$1 heap.wasm"},
		{args: "-T hello.wasm", hint: `^wamr-go (run --trace -T) MODULE$`, next: "$1 hello.wasm"},
		{args: "--timeout", hint: `^(--timeout) D$`, next: "$1 10s hello.wasm"},
		{args: "--cylces 2 hello.wasm", hint: `^did you mean (--cycles)\?$`, next: "$1 2 hello.wasm"},
		{args: "--frobnicate-everything hello.wasm", hint: `^wamr-go (help run) lists the flags; the guest's own come after MODULE$`, next: "$1"},
		{args: "--dir data --dir data hello.wasm", hint: `^give one of them another name: (--dir data::NAME)$`, next: "--dir data $1 hello.wasm"},
		{args: "--map-dir data hello.wasm", hint: `^write (--map-dir) GUEST::HOST$`, next: "$1 /x::data hello.wasm"},
		{args: "--dir data:RO hello.wasm", hint: `^a read-only directory is written with one (:ro) at the end$`, next: "--dir data$1 hello.wasm"},
		{args: "--dir data:rw hello.wasm", hint: `^leave it out: a directory without :ro is writable$`, next: "--dir data hello.wasm"},
		{args: "--dir data/file hello.wasm", hint: `^preopen the directory that the file is in$`, next: "--dir data hello.wasm"},
		{args: "--dir data:/x hello.wasm", hint: `^did you mean (--dir data::/x)\?$`, next: "$1 hello.wasm"},
		{args: "--dir data:/x:ro hello.wasm", hint: `^did you mean (--dir data::/x:ro)\?$`, next: "$1 hello.wasm"},
		{args: "run", hint: `^wamr-go (run) \[FLAGS\] MODULE \[ARG\.\.\.\]$`, next: "$1 hello.wasm"},
		{args: "compile", hint: `^wamr-go (compile) MODULE$`, next: "$1 hello.wasm"},
		{args: "cache", hint: `^wamr-go (cache --help)$`, next: "$1"},
		{args: "cache inof", hint: `^did you mean wamr-go (cache info)\?$`, next: "$1"},
		{args: "help rn", hint: `^did you mean wamr-go (help run)\?$`, next: "$1"},
		{args: "help zzzzzzzz", hint: `^wamr-go (help) lists the commands$`, next: "$1"},
		{args: "--trace=pth hello.wasm", hint: `^did you mean (--trace=path)\?$`, next: "$1 hello.wasm"},
		{args: "--color alwys hello.wasm", hint: `^did you mean (always)\?$`, next: "--color $1 hello.wasm"},
		{args: "--max-memory 1MB hello.wasm", hint: `^write bytes, or a binary unit: .*, (1M), 2GiB$`, next: "--max-memory $1 hello.wasm"},
		{args: "--max-memory x hello.wasm", hint: `^write bytes, or a binary unit: 65536, 64K, 64KiB, 1M, (2GiB)$`, next: "--max-memory $1 hello.wasm"},
		{args: "--timeout 5000 hello.wasm", hint: `^add the unit: (5000ms) or 5000s$`, next: "--timeout $1 hello.wasm"},
		{args: "--timeout soon hello.wasm", hint: `^write 500ms, (10s) or 1m30s$`, next: "--timeout $1 hello.wasm"},
		{args: "--fault prestats-lock hello.wasm", hint: `^(--mem-report) tells where it was acquired$`,
			next: "$1 --fault prestats-lock hello.wasm", code: exitLeak, says: "prestat.go"},
		// A shard without modules starts no process.
		{args: "vet", hint: `^wamr-go (vet) PATH\.\.\.$`, next: "$1 --shard 1/99999 hello.wasm"},
		{args: "vet data", hint: `^name \.wasm files, or a directory with some$`, next: "vet --shard 1/99999 hello.wasm"},
		{args: "vet --shard 4/3 hello.wasm", hint: `^write (--shard) 1/4, up to 4/4$`, next: "vet $1 1/99999 hello.wasm"},
		{args: "vet --num-callers 3 hello.wasm", hint: `^wamr-go (vet --leak-check --num-callers) N PATH\.\.\.$`, next: "$1 3 --shard 1/99999 hello.wasm"},
		{args: "vet --shards 99999 hello.wasm", hint: `^outside of Kubernetes: (--shard 1/99999)$`, next: "vet $1 hello.wasm"},
		{args: "report merge", hint: `^wamr-go (report merge) FILE\.\.\.$`, next: "$1 part.json"},
		{args: "report show", hint: `^wamr-go (report show) FILE$`, next: "$1 run.json"},
		{args: "report show hello.wasm", hint: `^wamr-go (--mem-report=json:FILE hello\.wasm) writes one$`, next: "$1"},
		{args: "report diff run.json", hint: `^wamr-go (report diff) OLD NEW$`, next: "$1 run.json run.json"},
		{args: "report diff --fail-on-growth x run.json run.json", hint: `^write 1 or (0.5)$`, next: "report diff --fail-on-growth $1 run.json run.json"},
		{args: "report diff --fail-on-growth 1 --include tmings run.json run.json", hint: `^did you mean (timings)\?$`,
			next: "report diff --fail-on-growth 1 --include $1 run.json run.json"},
		{args: "report diff --include all run.json run.json", hint: `^wamr-go (report diff --fail-on-growth) PCT (--include timings) OLD NEW$`,
			next: "$1 1 --include timings run.json run.json"},
		{args: "report show trap.wat", hint: `^write it with (--mem-report=json:FILE)$`, next: "$1 hello.wasm"},
	}
}

// hugeCases need address space for 4 GiB.
func hugeCases() []hintCase {
	return []hintCase{
		{args: "all.wasm", hint: `^compiled code has one page less than 4 GiB; (--interp) has them all$`, next: "$1 all.wasm"},
		{args: "--max-memory 64K all.wasm", hint: `; (--interp --max-memory 4194304K) has them all$`, next: "$1 all.wasm"},
		{args: "--interp --max-memory 64K all.wasm", hint: `^(--max-memory 4194304K) is the least that it needs$`, next: "--interp $1 all.wasm"},
	}
}

// followedElsewhere are the hints that a command line in this process cannot
// bring about, and where they are tested.
var followedElsewhere = []string{
	"this process may not open more files; raise the limit with ulimit -n", // limits.txtar
	"the work in progress is not over yet; press Ctrl-C again to end at once",
	"the guest has not ended yet; press Ctrl-C again to end at once",  // interrupt.txtar
	"this is a bug of wamr-go; -v prints the stack to report it with", // TestExplain
}

// TestHintsCanBeFollowed runs each command line, follows its hint, and finds the
// problem gone or changed as the hint said. No hint of the program is left out.
func TestHintsCanBeFollowed(t *testing.T) {
	literals := hintLiterals(t) // before the directory changes
	hintFiles(t)
	cases := hintCases()
	if runtime.GOOS == "linux" && strconv.IntSize == 64 {
		cases = append(cases, hugeCases()...)
	}
	printed := slices.Clone(followedElsewhere)
	for _, tc := range cases {
		code, messages := runLine(tc.args)
		pattern := regexp.MustCompile(tc.hint)
		hint := hintIn(messages)
		groups := pattern.FindStringSubmatch(hint)
		if code == 0 || groups == nil {
			t.Errorf("%s: exit code %d, hint %q, want %q\n%s", tc.args, code, hint, tc.hint, messages)
			continue
		}
		printed = append(printed, hint)
		if tc.do != nil {
			tc.do(t)
		}
		next := tc.next
		if len(groups) > 1 {
			next = strings.ReplaceAll(next, "$1", groups[1])
		}
		code, messages = runLine(next)
		if code != tc.code || tc.says == "" && hintIn(messages) != "" || !strings.Contains(messages, tc.says) {
			t.Errorf("%s, and then %s: exit code %d, want %d and %q\n%s", tc.args, next, code, tc.code, tc.says, messages)
		}
	}
	for _, literal := range literals {
		if !slices.ContainsFunc(printed, func(hint string) bool { return hasParts(hint, literal) }) {
			t.Errorf("no case follows the hint %q", literal)
		}
	}
}

// TestHintsNameFlags: the flags and commands in the hints of the tables exist.
func TestHintsNameFlags(t *testing.T) {
	flags := make(map[string]bool)
	for _, group := range slices.Concat((&options{}).groups(), (&vetOptions{}).groups()) {
		group.flags.VisitAll(func(f *pflag.Flag) { flags["--"+f.Name], flags["-"+f.Shorthand] = true, true })
	}
	for _, foreign := range []string{"--import-memory", "-sSTANDALONE_WASM", "-target=wasip1", "--strip-all"} {
		flags[foreign] = true // of linkers and compilers
	}
	hinted := maps.Clone(flags)
	root, _ := newTestRoot()
	for _, c := range allCommands(root) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { hinted["--"+f.Name] = true })
	}
	hints := hintLiterals(t)
	for _, row := range importHints {
		hints = append(hints, row.hint)
	}
	for _, p := range peerFlags {
		hints = append(hints, p.hint)
	}
	flag := regexp.MustCompile(`(?:^|[\s(])(--?[a-zA-Z][-a-zA-Z_]*(?:=wasip1)?)`)
	command := regexp.MustCompile(`wamr-go ([a-z]+)\b`)
	for _, hint := range hints {
		for _, m := range flag.FindAllStringSubmatch(hint, -1) {
			if !hinted[m[1]] && m[1] != "-n" && m[1] != "--help" { // -n is of ulimit
				t.Errorf("%q: there is no %s", hint, m[1])
			}
		}
		for _, m := range command.FindAllStringSubmatch(hint, -1) {
			if !isCommand(m[1]) && m[1] != "runs" {
				t.Errorf("%q: there is no command %s", hint, m[1])
			}
		}
	}
	for _, p := range peerFlags {
		if flags["--"+p.name] {
			t.Errorf("--%s is a flag of wamr-go", p.name)
		}
		dash := "--"
		if first, _, _ := strings.Cut(p.name, " "); len(first) == 1 {
			dash = "-"
		}
		if code, messages := runLine(dash + p.name + " x"); code != exitUsage || hintIn(messages) != p.hint {
			t.Errorf("%s%s: exit code %d\n%s", dash, p.name, code, messages)
		}
	}
}

// runLine runs a command line in this process.
func runLine(line string) (code int, messages string) {
	var stdout, stderr bytes.Buffer
	code = run(strings.Fields(line), strings.NewReader(""), &stdout, &stderr)
	return code, stderr.String()
}

// hintIn returns the last hint of messages.
func hintIn(messages string) string {
	hint := ""
	for line := range strings.SplitSeq(messages, "\n") {
		if text, ok := strings.CutPrefix(line, "hint: "); ok {
			hint = text
		}
	}
	return hint
}

// hasParts reports whether a text has all parts of a format, in order.
func hasParts(text, format string) bool {
	for _, part := range regexp.MustCompile(`%[a-z]`).Split(format, -1) {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

// hintLiterals returns the texts of the hints in the source: the arguments of withHint and
// hintf, assignments to a field hint, and the texts in functions and constants that are
// named after hints. The tables of imports, of features and of other programs' flags have
// tests of their own.
func hintLiterals(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source []ast.Node
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || path == "importhints.go" || path == "featurehints.go" || path == "peerflags.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, file)
	}
	var literals []string
	collect := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Fatal(err)
			}
			if len(regexp.MustCompile(`%[a-z]`).ReplaceAllString(text, "")) > len(".wasm?") {
				literals = append(literals, text)
			}
			return true
		})
	}
	named := func(name string) bool { return strings.Contains(strings.ToLower(name), "hint") }
	visit := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if named(n.Name.Name) {
				collect(n.Body)
				return false
			}
		case *ast.ValueSpec:
			if named(n.Names[0].Name) {
				for _, v := range n.Values {
					collect(v)
				}
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "withHint" || f.Sel.Name == "hintf") {
				collect(n.Args[0])
			}
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if f, ok := l.(*ast.SelectorExpr); ok && f.Sel.Name == "hint" && i < len(n.Rhs) {
					collect(n.Rhs[i])
				}
			}
		}
		return true
	}
	for _, file := range source {
		ast.Inspect(file, visit)
	}
	if len(literals) < 30 {
		t.Fatalf("only %d hints found in the source", len(literals))
	}
	return literals
}

// hintFiles makes a directory with the files of the cases the current one.
func hintFiles(t *testing.T) {
	t.Helper()
	guests, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", dir) // where other systems have their cache
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(guests, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	hello := read("c/hello.wasm")
	write("hello.wasm", hello)
	write("heap.wasm", read("c/args.wasm"))
	write("part.json", []byte(`{"schema":"wamr-go/vet/v1"}`))
	write("run.json", []byte(`{"schema":"wamr-go/report/v1"}`))
	write("trap.wat", read("wat/trap.wat"))
	for _, name := range []string{"arith", "plugin", "bigtable"} {
		write(name+".wasm", read("wat/"+name+".wasm"))
	}
	write("cut.wasm", hello[:len(hello)/2])
	write("branches.wasm", branches(60_000))
	write("hello.aot", []byte("\x00aot"))
	write("native", []byte("\x7fELF"))
	write("component.wasm", []byte("\x00asm\x0d\x00\x01\x00"))
	write("version.wasm", []byte("\x00asm\x02\x00\x00\x00"))
	header := "\x00asm\x01\x00\x00\x00"
	write("type.wasm", []byte(header+"\x01\x04\x01\x60\x00\x00\x02\x23\x01\x16wasi_snapshot_preview1\x08fd_close\x00\x00"))
	write("all.wasm", []byte(header+"\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x05\x05\x01\x00\x80\x80\x04\x07\x0a\x01\x06_start\x00\x00\x0a\x04\x01\x02\x00\x0b"))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(hello); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write("hello.wasm.gz", packed.Bytes())
	if err := os.Mkdir("data", 0o777); err != nil {
		t.Fatal(err)
	}
	write("data/file", nil)
	write("data/wrong", []byte("kind\n"))
}

// wat2wasm follows the hint of that name, where the program is installed.
func wat2wasm(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("wat2wasm"); err != nil {
		module := "\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x07\x0a\x01\x06_start\x00\x00\x0a\x05\x01\x03\x00\x00\x0b"
		if err := os.WriteFile("trap.wasm", []byte(module), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if out, err := exec.Command("wat2wasm", "trap.wat").CombinedOutput(); err != nil {
		t.Errorf("wat2wasm: %v: %s", err, out)
	}
}

func decompress(t *testing.T) {
	t.Helper()
	f, err := os.Open("hello.wasm.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("unpacked.wasm", data, 0o666); err != nil {
		t.Fatal(err)
	}
}
