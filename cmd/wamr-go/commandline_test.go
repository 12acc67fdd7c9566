package main

import (
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	for _, tc := range []struct {
		words string
		guest int
		want  string
	}{
		{"run m.wasm", 1, "wamr-go run m.wasm"},
		{"run --env A=secret --env=B=secret --env C --dir . m.wasm x", 2, "wamr-go run --env A --env=B --env C --dir . m.wasm x"},
		{"run --env A=b=c -f f m.wasm", 1, "wamr-go run --env A -f f m.wasm"},
		{"run --env=A=1 -- m.wasm --env B=1 --env=C=1", 4, "wamr-go run --env=A -- m.wasm --env B=1 --env=C=1"},
	} {
		words := strings.Fields(tc.words)
		if got := strings.Join(commandLine(words, tc.guest), " "); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.words, got, tc.want)
		}
		if strings.Join(words, " ") != tc.words {
			t.Errorf("%s: the words were changed", tc.words)
		}
	}
}
