// profile: functions of known cost, for a profiler to tell apart.
//
//   profile shares N   N rounds of four functions, which take 1, 2, 3 and 4 tenths of the time
//   profile deep D N   a recursion D deep, whose end computes N times
//   profile write N    N writes to standard output
//   profile trap N     computes N times, and traps
//   profile spin       never ends
//
// It keeps its DWARF, see the Makefile.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile uint32_t sink;

__attribute__((always_inline)) static inline void work(uint32_t n) {
	uint32_t x = sink;
	for (uint32_t i = 0; i < n; i++)
		x = x * 1664525u + 1013904223u;
	sink = x;
}

enum { unit = 100000 };

__attribute__((noinline)) static void one(void) {
	work(1 * unit);
}

__attribute__((noinline)) static void two(void) {
	work(2 * unit);
}

__attribute__((noinline)) static void three(void) {
	work(3 * unit);
}

__attribute__((noinline)) static void four(void) {
	work(4 * unit);
}

__attribute__((noinline)) static uint32_t deep(int depth, int n) {
	if (depth > 0)
		return deep(depth - 1, n) + sink; // no tail call
	while (n-- > 0)
		one();
	return 0;
}

int main(int argc, char **argv) {
	if (argc < 2)
		return 2;
	const char *what = argv[1];
	int n = atoi(argv[argc - 1]);
	if (strcmp(what, "shares") == 0)
		while (n-- > 0) {
			one();
			two();
			three();
			four();
		}
	else if (strcmp(what, "deep") == 0)
		sink = deep(atoi(argv[2]), n);
	else if (strcmp(what, "write") == 0)
		while (n-- > 0)
			write(STDOUT_FILENO, "x", 1);
	else if (strcmp(what, "trap") == 0) {
		while (n-- > 0)
			one();
		__builtin_trap();
	} else if (strcmp(what, "spin") == 0)
		for (;;)
			one();
	return 0;
}
