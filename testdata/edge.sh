#!/bin/sh
# Builds wamr-go for processors that are rarely at hand and runs it there, under QEMU's user mode (Debian's
# qemu-user-static): with 32 bits, with the bytes the other way round, without a compiler, with an old kernel's system
# calls. What it prints must be what the program of this machine prints, and the instructions that it counts the same,
# compiled or interpreted. Then the tests of the packages that know the machine run on one of them, and natively with 32 bits.
set -eu

# target, its emulator ("" for none), its engine
targets='
linux/arm64   qemu-aarch64-static  compiler
linux/arm     qemu-arm-static      interpreter
linux/riscv64 qemu-riscv64-static  interpreter
linux/mips    qemu-mips-static     interpreter
linux/386     -                    interpreter
'
export GOMIPS=softfloat CGO_ENABLED=0

case $(go env GOHOSTOS)/$(go env GOHOSTARCH) in
linux/amd64) ;;
*) echo 'edge: this needs linux on amd64, which runs programs for 386' >&2; exit 1 ;;
esac
for emulator in $(printf '%s' "$targets" | awk '$2 ~ /qemu/ {print $2}'); do
	command -v "$emulator" >/dev/null || { echo "edge: $emulator is missing: install qemu-user-static" >&2; exit 1; }
done

guests=$(pwd)/testdata
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "edge: $target: $*" >&2
	exit 1
}

# run COMMAND...: the command's output goes to $work/out and $work/err, its exit code to $code. It is ended after two
# minutes. Its home is where the code cache goes.
run() {
	code=0
	HOME="$work" timeout 120 "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# wants CODE: the last run ended with that.
wants() {
	[ "$code" = "$1" ] && return
	tail -n 20 "$work/out" "$work/err" >&2
	fail "exit code $code, want $1"
}

# show WAMR-GO...: what the program prints of all that must be alike on every machine.
show() {
	rm -rf "$work/dir"
	cp -R "$guests/demo" "$work/dir"
	for guest in 'c/hello.wasm' 'c/args.wasm one two' 'cpp/words.wasm' 'c/files.wasm /dir' 'c/demo.wasm /dir' \
		'c/cat.wasm /dir/harbour.txt /dir/missing' 'c/grow.wasm 300 200' 'c/abort.wasm' 'wat/trap.wasm' 'wat/bigdata.wasm'; do
		# $guest has arguments.
		# shellcheck disable=SC2086
		run "$@" --dir "$work/dir::/dir" "$guests"/$guest
		echo "== $guest: $code"
		cat "$work/out" "$work/err"
	done
	run "$@" -f div "$guests/wat/arith.wasm" -- -7 2
	cat "$work/out" "$work/err"
}

# count WAMR-GO FLAG...: the instructions that guests execute, and how they end; one has too little fuel.
count() {
	rm -rf "$work/dir"
	cp -R "$guests/demo" "$work/dir"
	for guest in '700 c/hello.wasm' '1000000 c/hello.wasm' '1000000 c/args.wasm one two' '1000000 cpp/words.wasm' \
		'1000000 c/demo.wasm /dir' '1000000 c/grow.wasm 300 200' '1000000 c/tailcall.wasm' '1000000 c/abort.wasm' '1000000 wat/bigdata.wasm'; do
		rm -f "$work/count.json"
		# $guest has arguments.
		# shellcheck disable=SC2086
		run "$@" -q --mem-report="json:$work/count.json" --dir "$work/dir::/dir" --fuel ${guest%% *} "$guests"/${guest#* }
		echo "$guest: exit code $code, $(awk '/"instructions":/ {print $2 + 0; exit}' "$work/count.json") instructions"
	done
}

target=host
go build -pgo=off -o "$work/host" ./cmd/wamr-go
show "$work/host" >"$work/want"
[ "$(grep -c '^OK ' "$work/want")" -gt 20 ] || { cat "$work/want"; fail 'files.wasm did not run'; }
count "$work/host" >"$work/count"
{ grep -q '^700 .* exit code 124, 7[0-9][0-9] instructions' "$work/count" && ! grep -q ' 0 instructions' "$work/count"; } ||
	{ cat "$work/count"; fail 'instructions were not counted'; }
count "$work/host" --interp | diff "$work/count" - || fail 'the interpreter counts other instructions than compiled code'

printf '%s' "$targets" | while read -r target emulator engine; do
	[ -n "$target" ] || continue
	[ "$emulator" != - ] || emulator=
	began=$(date +%s)
	GOOS=${target%/*} GOARCH=${target#*/} go build -pgo=off -o "$work/wamr-go" ./cmd/wamr-go

	show $emulator "$work/wamr-go" >"$work/got"
	diff "$work/want" "$work/got" || fail 'it prints something else than on this machine'

	# An instruction is counted once, on every machine.
	count $emulator "$work/wamr-go" | diff "$work/count" - || fail 'it counts other instructions than this machine'

	# A guest that makes no calls ends, with either engine.
	run $emulator "$work/wamr-go" --timeout 200ms "$guests/c/spin.wasm"
	wants 124
	run $emulator "$work/wamr-go" --interp --timeout 200ms "$guests/wat/loop.wasm"
	wants 124

	# Cycles give everything back, use each other's memory, and the report says what ran them.
	run $emulator "$work/wamr-go" -q --cycles 100 --workers 2 --dir "$work/dir::/dir" --mem-report=json --report-file "$work/report.json" \
		"$guests/c/cat.wasm" /dir/harbour.txt
	wants 0
	for want in '"kind": "exit"' '"completed": 100' '"leaks": \[\]' "\"platform\": \"$target\"" "\"engine\": \"$engine\""; do
		grep -q "$want" "$work/report.json" || { cat "$work/report.json"; fail "the report lacks $want"; }
	done
	slots=$(awk '/"kind": "slot"/ {found = 1} found && /"acquired"/ {gsub(/[^0-9]/, ""); print; exit}' "$work/report.json")
	[ "${slots:-0}" -ge 1 ] && [ "$slots" -le 20 ] || fail "$slots slots for 100 cycles on 2 workers"
	echo "edge: $target: $engine, $slots slots for 100 cycles, $(($(date +%s) - began)) s"
done

echo 'edge: tests, natively with 32 bits'
GOARCH=386 go test -short ./pkg/...
echo 'edge: tests, with 32 bits and the bytes the other way round'
# Without the tests that take minutes under an emulator; the others of their kind ran natively.
GOARCH=mips go test -short -skip 'Profile|TestCalls$|TestHeapCalls|TestFaultsAreFound|TestTimeouts|TestFuelOfEndless|TestGraceInHunt|TestLive|TablesAreNoLeaks|ManyContexts|TestModes|TestHuntGrowing|TestWaiting|TestContextEndsEveryWait' \
	-exec qemu-mips-static ./pkg/engine/... ./pkg/wasi/...
