#!/bin/sh
# Runs testdata/c/leaks.c natively under valgrind, and as a guest under wamr-go --leak-check, and shows both accounts
# side by side. Bytes and blocks of what is lost must be the same. What is still reachable differs: each libc has blocks
# of its own.
set -eu

wamr_go=$1
for tool in valgrind cc; do
	command -v "$tool" >/dev/null || { echo "leak-oracle: skipped: $tool is not installed"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# native FLAGS ARGUMENT: "definitely N bytes in M blocks" and so on, and the errors of free and realloc by valgrind.
native() {
	cc -std=gnu11 -w -g $1 -fno-builtin -o "$work/leaks" testdata/c/leaks.c
	valgrind --leak-check=full --log-file="$work/log" "$work/leaks" $2 >/dev/null || true
	tr -d , <"$work/log" | sed -nE 's/.* (definitely|indirectly|possibly) lost: ([0-9]+) bytes in ([0-9]+) blocks/\1 \2 bytes in \3 blocks/p' >"$work/native"
	[ -s "$work/native" ] || printf '%s\n' 'definitely 0 bytes in 0 blocks' 'indirectly 0 bytes in 0 blocks' 'possibly 0 bytes in 0 blocks' >"$work/native"
	printf 'invalid frees %d\n' "$(grep -c 'Invalid free' "$work/log" || true)" >>"$work/native"
}

# guest FILE ARGUMENT: the same by wamr-go, whose free of a freed block and realloc of one are what valgrind calls so.
guest() {
	"$wamr_go" run --leak-check=full --error-exitcode 0 "testdata/c/$1" $2 2>"$work/log" >/dev/null || true
	tr -d , <"$work/log" | sed -nE 's/^  (definitely|indirectly|possibly) +([0-9]+) bytes in ([0-9]+) blocks?$/\1 \2 bytes in \3 blocks/p' >"$work/guest"
	printf 'invalid frees %d\n' "$(grep -cE '^Heap error: (free|realloc) of 0x' "$work/log" || true)" >>"$work/guest"
}

for row in '-O2 leaks.wasm' '-O0 leaks0.wasm' '-O2 leaks.wasm clean' '-O2 leaks.wasm trap'; do
	# shellcheck disable=SC2086
	set -- $row
	native "$1" "${3-}"
	guest "$2" "${3-}"
	echo "leaks.c $1 ${3-}: valgrind | wamr-go"
	paste -d '|' "$work/native" "$work/guest" | sed 's/|/  |  /; s/^/  /'
	cmp -s "$work/native" "$work/guest" || failed=1
done
[ "$failed" = 0 ] && echo 'leak-oracle: the same'
exit "$failed"
