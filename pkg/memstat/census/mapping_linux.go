package census

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
)

// countMappings counts named mappings by name, and anonymous ones by protection. The
// kernel joins neighbours, so the number of anonymous mappings says little: they are
// counted in pages. It subtracts the mappings of the Go runtime, memory that others
// account for (see Account), and the stacks of threads that C started.
func countMappings(cfg *Config, c *Census) bool {
	text, ok := read(self + "maps")
	anonymous := make(map[string]int64)
	lines := bufio.NewScanner(bytes.NewReader(text))
	var below mapping
	for lines.Scan() {
		m := parseMapping(lines.Text())
		switch {
		case m.name != "":
			c.add(Mapping, generic(m.name)+" "+m.protection, 1, m.size())
		case !m.isStack(below):
			anonymous[m.protection] += m.size()
		}
		below = m
	}
	page := int64(os.Getpagesize())
	c.mappedByGo.observe(cfg.previous, page)
	anonymous["rw-p"] -= c.mappedByGo.pages * page
	access, reserved := accounted()
	anonymous["rw-p"] -= access
	anonymous["---p"] -= reserved
	for protection, size := range anonymous {
		c.add(Mapping, "anonymous "+protection+", in pages", size/page, size)
	}
	return ok
}

// mapping is a line of /proc/self/maps.
type mapping struct {
	begin, end       uint64
	protection, name string
}

func (m mapping) size() int64 { return int64(m.end - m.begin) }

// isStack reports whether an anonymous mapping is the stack of a thread that C
// started. Such a stack lies directly above a guard, which is smaller than any
// guard of the Go runtime and any reserved part of a linear memory.
func (m mapping) isStack(below mapping) bool {
	const largestGuard, leastStack = 32 << 10, 64 << 10
	return m.protection == "rw-p" && m.size() >= leastStack && below.end == m.begin &&
		below.protection == "---p" && below.name == "" && below.size() <= largestGuard
}

// parseMapping reads a line such as "00400000-0040b000 r-xp 00000000 00:00 12
// /bin/cat", see proc_pid_maps(5). It leaves out the names that the Go runtime
// gives to its anonymous mappings on kernels that support them.
func parseMapping(line string) mapping {
	fields := strings.Fields(line)
	if len(fields) < 5 {
		return mapping{}
	}
	from, to, _ := strings.Cut(fields[0], "-")
	begin, _ := strconv.ParseUint(from, 16, 64)
	end, _ := strconv.ParseUint(to, 16, 64)
	name := strings.Join(fields[5:], " ")
	if strings.HasPrefix(name, "[anon: Go: ") {
		name = ""
	}
	return mapping{begin, end, fields[1], name}
}
