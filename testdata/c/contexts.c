// Allocates in 2^DEPTH call stacks, once in each, and loses a block of 1024: contexts DEPTH.
#include <stdlib.h>

static volatile unsigned odd; // of different types, so that the compiler keeps the two calls apart
static volatile unsigned char even;

__attribute__((noinline)) static void *allocate(unsigned way, int depth)
{
	void *block;
	if (depth == 0)
		return malloc(24);
	if (way % 2) {
		odd = way;
		block = allocate(way / 2, depth - 1);
		odd = way;
	} else {
		even = 1;
		block = allocate(way / 2, depth - 1);
		even = 0;
	}
	return block;
}

int main(int argc, char **argv)
{
	int depth = argc > 1 ? atoi(argv[1]) : 0;
	for (unsigned i = 0; i < 1u << depth; i++) {
		void *block = allocate(i, depth);
		if (i % 1024)
			free(block);
	}
}
