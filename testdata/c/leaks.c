// Loses blocks of every kind, and frees what cannot be freed. pkg/engine/heap_test.go
// knows the blocks and bytes of each. "leaks clean" frees everything; the other
// arguments end it in other ways.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

struct node {
	struct node *next;
	char data[32 - sizeof(void *)]; // 32 bytes in all, natively too
};

static struct node *volatile kept; // still reachable
static char *volatile inside;      // possibly lost
static void *volatile aligned[2];
static void *volatile sink; // so that no allocation is removed

NOINLINE static struct node *push(struct node *next)
{
	struct node *n = malloc(sizeof *n);
	n->next = next;
	return n;
}

NOINLINE static void lose_list(void) // 1 definitely, 4 indirectly, of 32 bytes
{
	struct node *n = NULL;
	for (int i = 0; i < 5; i++)
		n = push(n);
	sink = n;
	sink = NULL;
}

NOINLINE static void lose_loop(void) // 3 definitely, of 7 bytes
{
	for (int i = 0; i < 3; i++) {
		sink = malloc(7);
		sink = NULL;
	}
}

NOINLINE static void lose_grown(void) // 1 definitely, of 300 bytes
{
	char *p = malloc(100);
	p = realloc(p, 200);
	sink = realloc(p, 300);
	sink = NULL;
}

NOINLINE static void keep(void) // 2 still reachable of 32 bytes, 1 of 64, 1 of 80; 1 possibly of 100
{
	kept = push(push(NULL));
	inside = (char *)calloc(10, 10) + 8;
	aligned[0] = aligned_alloc(64, 64);
	if (posix_memalign((void **)&aligned[1], 32, 80) != 0)
		abort();
}

NOINLINE static void free_twice(void)
{
	char *p = malloc(10);
	sink = p;
	free(p);
	free(sink);
}

NOINLINE static void free_inside(void)
{
	char *p = malloc(20);
	free(p + 4);
	free(p);
}

NOINLINE static void free_unknown(void)
{
	free((void *)(uintptr_t)aligned);
}

NOINLINE static void realloc_freed(void)
{
	char *p = malloc(40);
	sink = p;
	free(p);
	if (realloc(sink, 80) != NULL)
		puts("realloc of a freed block succeeded");
}

NOINLINE static void calloc_too_much(void)
{
	volatile size_t n = SIZE_MAX / 2;
	if (calloc(n, 4) != NULL || errno != ENOMEM)
		puts("calloc of too much succeeded");
}

NOINLINE static void clean(void)
{
	struct node *n = NULL;
	for (int i = 0; i < 1000; i++)
		n = push(n);
	while (n != NULL) {
		struct node *next = n->next;
		free(n);
		n = next;
	}
	char *s = strdup("some text");
	s = realloc(s, 1 << 20);
	free(s);
	free(NULL);
	free(realloc(NULL, 5));
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	if (strcmp(how, "clean") == 0) {
		clean();
		return 0;
	}
	lose_list();
	lose_loop();
	lose_grown();
	keep();
	if (strcmp(how, "exit") == 0)
		exit(3);
	if (strcmp(how, "trap") == 0)
		__builtin_trap();
	if (strcmp(how, "spin") == 0)
		for (;;)
			sink = NULL;
	free_twice();
	free_inside();
	free_unknown();
	realloc_freed();
	calloc_too_much();
	puts("done");
	return 0;
}
