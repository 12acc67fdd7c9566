// Allocates in the ways whose cost bench/heap.go and pkg/engine's BenchmarkHeap compare: heapbench WHAT N DEPTH. Prints a
// line "WHAT nanoseconds N".
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *volatile sink;

static void pairs(int n)
{
	for (int i = 0; i < n; i++) {
		char *p = malloc(16 + i % 64);
		sink = p;
		free(p);
	}
}

static void reallocs(int n)
{
	for (int i = 0; i < n; i += 8) {
		char *p = NULL;
		for (int k = 1; k <= 8; k++)
			sink = p = realloc(p, k * 24);
		free(p);
	}
}

static void callocs(int n)
{
	for (int i = 0; i < n; i++) {
		char *p = calloc(4, 8 + i % 16);
		sink = p;
		free(p);
	}
}

static void random_order(int n) // 50,000 live blocks
{
	enum { LIVE = 50000 };
	char **all = calloc(LIVE, sizeof *all);
	uint32_t x = 1;
	for (int i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		char **p = &all[(x >> 8) % LIVE];
		free(*p);
		*p = malloc(8 + (x >> 24));
	}
	for (int i = 0; i < LIVE; i++)
		free(all[i]);
	free(all);
}

static void none(int n) // allocates nothing
{
	uint32_t x = 1;
	for (int i = 0; i < n * 16; i++) {
		x = x * 1664525 + 1013904223;
		sink = (void *)(uintptr_t)(x >> 7);
	}
}

__attribute__((noinline)) static int deeper(void (*f)(int), int n, int depth)
{
	if (depth > 0)
		return deeper(f, n, depth - 1) + 1;
	f(n);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	static const struct {
		const char *name;
		void (*f)(int);
	} all[] = {{"pairs", pairs}, {"reallocs", reallocs}, {"callocs", callocs}, {"random", random_order}, {"none", none}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(argv[1], all[i].name) == 0) {
			struct timespec began, ended;
			clock_gettime(CLOCK_MONOTONIC, &began);
			deeper(all[i].f, atoi(argv[2]), atoi(argv[3]));
			clock_gettime(CLOCK_MONOTONIC, &ended);
			long long ns = (ended.tv_sec - began.tv_sec) * 1000000000ll + ended.tv_nsec - began.tv_nsec;
			printf("%s %lld %s\n", argv[1], ns, argv[2]);
			return 0;
		}
	return 2;
}
