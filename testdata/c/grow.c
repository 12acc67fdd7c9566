// grow PAGES [TOUCHED]: grows the memory until it has PAGES pages of 64 KiB, then writes one byte into each of the
// first TOUCHED new ones. Exit code 1 where the memory can't grow that far, 2 for wrong use.
#include <stdio.h>
#include <stdlib.h>

enum { page = 65536 };

int main(int argc, char **argv) {
	if (argc < 2) {
		fputs("usage: grow PAGES [TOUCHED]\n", stderr);
		return 2;
	}
	size_t want = strtoul(argv[1], NULL, 10);
	size_t touched = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	size_t have = __builtin_wasm_memory_size(0);
	size_t added = want > have ? want - have : 0;
	if (added > 0 && __builtin_wasm_memory_grow(0, added) == (size_t)-1) {
		fprintf(stderr, "grow: no memory for %zu pages, have %zu\n", want, have);
		return 1;
	}
	if (touched > added)
		touched = added;
	volatile char *first = (volatile char *)(have * page);
	for (size_t i = 0; i < touched; i++)
		first[i * page] = 1;
	printf("pages %zu touched %zu\n", (size_t)__builtin_wasm_memory_size(0), touched);
	return 0;
}
