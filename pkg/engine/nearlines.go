package engine

import "github.com/wamr-go/wamr-go/pkg/engine/internal/srcline"

// nearBytes is how far after a place a line is looked for.
const nearBytes = 24

// nearLines gives the places without a line that of the next place soon after it that
// has one, in the same function. Compilers often have none for the first instructions
// of a loop, at which a guest is sampled.
func nearLines(debug map[string][]byte, lines map[uint64][]srcline.Line) {
	var after []uint64
	for place, l := range lines {
		if len(l) > 0 && l[0].Number == 0 {
			for d := uint64(1); d <= nearBytes; d++ {
				after = append(after, place+d)
			}
		}
	}
	if after == nil {
		return
	}
	found := srcline.Find(debug, after)
	for place, l := range lines {
		if len(l) == 0 || l[0].Number > 0 {
			continue
		}
		for d := uint64(1); d <= nearBytes; d++ {
			if f := found[place+d]; len(f) == len(l) && f[0].Function == l[0].Function && f[0].Number > 0 {
				lines[place] = f
				break
			}
		}
	}
}
