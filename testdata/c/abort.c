// Aborts (traps at unreachable) three frames below main: outer, middle, inner.
#include <stdio.h>
#include <stdlib.h>

static volatile int depth;

__attribute__((noinline)) static void inner(void) {
	depth++;
	abort();
}

__attribute__((noinline)) static void middle(void) {
	depth++;
	inner();
}

__attribute__((noinline)) static void outer(void) {
	depth++;
	middle();
}

int main(void) {
	puts("about to abort");
	fflush(stdout);
	outer();
	return 0;
}
