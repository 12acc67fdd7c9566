package main

import (
	"slices"
	"strings"
)

// commandLine returns the command line for a report, without the values of
// variables, which may be secrets. The last guest words are MODULE and its
// arguments; flags come before them.
func commandLine(words []string, guest int) []string {
	line := slices.Concat([]string{"wamr-go"}, words)
	flags := line[:len(line)-guest]
	for i, word := range flags {
		const name, joined = "--env", "--env="
		switch {
		case strings.HasPrefix(word, joined):
			flags[i] = joined + namesOf([]string{word[len(joined):]})[0]
		case i > 0 && flags[i-1] == name:
			flags[i] = namesOf([]string{word})[0]
		}
	}
	return line
}
