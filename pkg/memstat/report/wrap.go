package report

import "strings"

// wrap breaks text at spaces into lines of at most width runes. It breaks longer
// words anywhere. It returns at least one line.
func wrap(text string, width int) []string { return fill(strings.Fields(text), width) }

// fill fills lines of at most width runes with words. It breaks longer words
// anywhere. It returns at least one line.
func fill(words []string, width int) []string {
	width = max(width, 1)
	var lines []string
	var line []rune
	for _, word := range words {
		runes := []rune(word)
		if len(line) > 0 && len(line)+1+len(runes) <= width {
			line = append(append(line, ' '), runes...)
			continue
		}
		if len(line) > 0 {
			lines = append(lines, string(line))
		}
		for len(runes) > width {
			lines = append(lines, string(runes[:width]))
			runes = runes[width:]
		}
		line = append([]rune(nil), runes...)
	}
	if len(line) > 0 || len(lines) == 0 {
		lines = append(lines, string(line))
	}
	return lines
}

// chop breaks text anywhere and keeps every space: for paths and hashes.
func chop(text string, width int) []string {
	width = max(width, 1)
	runes := []rune(text)
	var lines []string
	for len(runes) > width {
		lines = append(lines, string(runes[:width]))
		runes = runes[width:]
	}
	return append(lines, string(runes))
}
