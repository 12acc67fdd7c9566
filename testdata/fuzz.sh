#!/bin/sh
# Runs every fuzz target for FUZZTIME, those that FUZZ matches. Fuzzed paths and modules must not run as root: root
# builds the test programs, and user nobody runs them.
set -eu

listed=$(go test -list '^Fuzz' ./...)
targets=$(printf '%s\n' "$listed" |
	awk '/^Fuzz/ {names[n++] = $1} /^ok/ {for (i = 0; i < n; i++) print names[i] "@" $2; n = 0}' | grep -E "$FUZZ" || true)
if [ -z "$targets" ]; then
	echo 'fuzz: no fuzz target found' >&2
	exit 1
fi

as_user=
if [ "$(id -u)" = 0 ]; then
	command -v setpriv >/dev/null || { echo 'fuzz: not as root: run it as another user, or install setpriv' >&2; exit 1; }
	as_user='setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs'
fi
module=$(go list -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# A copy of the tree: seeds are read from it, and failing inputs are written to it.
mkdir "$work/tree" "$work/cache" "$work/tmp"
cp -R go.mod go.sum cmd internal pkg testdata "$work/tree"
[ -z "$as_user" ] || chown -R 65534:65534 "$work/tree" "$work/cache" "$work/tmp"

for t in $targets; do
	name=${t%%@*} package=${t#*@}
	echo "fuzz: $name for $FUZZTIME"
	go test -c -fuzz="^$name\$" -o "$work/$name.test" "$package"
	folder=$work/tree/${package#"$module"/}
	if ! (cd "$folder" && HOME="$work/tmp" TMPDIR="$work/tmp" $as_user "$work/$name.test" -test.run '^$' \
		-test.fuzz "^$name\$" -test.fuzztime "$FUZZTIME" -test.fuzzcachedir "$work/cache"); then
		echo "fuzz: $name failed; its input:" >&2
		find "$folder/testdata/fuzz/$name" -newer "$work/$name.test" -type f -exec sh -c 'echo "$1"; cat "$1"' _ {} \; >&2
		exit 1
	fi
done
