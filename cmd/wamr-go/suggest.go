package main

import "strings"

// nearest returns the candidate whose spelling is closest to name, if one is
// close enough to be a plausible typo.
func nearest(name string, candidates []string) (string, bool) {
	best, found := "", false
	least := max(2, len(name)/3) + 1
	for _, c := range candidates {
		if len(c)-len(name) >= least || len(name)-len(c) >= least {
			continue // so many letters to insert or delete; a module's names can be long
		}
		d := distance(name, c)
		if d > 1 && len(name) <= 3 && !strings.HasPrefix(c, name[:min(1, len(name))]) {
			continue // "yes" is no typo for "vet"
		}
		if d < least && d < len(c) {
			best, least, found = c, d, true
		}
	}
	return best, found
}

// distance returns the number of letters to insert, delete or change to turn a
// into b (Levenshtein 1965).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
