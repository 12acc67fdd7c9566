// Calls the allocator as standard input says, four bytes a call: what, slot, size (two bytes; the highest bit is set, so
// that no call looks like a pointer). pkg/engine's FuzzHeapCalls does the same in a model, and compares the accounts.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 32 };

static struct {
	char *block;
	size_t hidden; // the size, as no pointer looks
} slots[SLOTS];

static size_t hide(size_t size) { return size ^ 0x80000000; }

static void *volatile sink;

int main(void)
{
	static _Alignas(4) unsigned char op[4]; // not by stdio, in whose buffer calls lie across words
	while (read(0, op, sizeof op) == sizeof op) {
		char **p = &slots[op[1] % SLOTS].block;
		size_t *hidden = &slots[op[1] % SLOTS].hidden;
		size_t size = op[2] | (size_t)(op[3] & 0x7f) << 8, old = *p == NULL ? 0 : hide(*hidden), n = 0;
		switch (op[0] % 8) {
		case 0: // what the slot had is lost
			*p = malloc(n = size);
			memset(*p, 0, size);
			break;
		case 1:
			free(*p);
			*p = NULL;
			break;
		case 2: // an error
			sink = *p;
			free(*p);
			free(sink);
			*p = NULL;
			break;
		case 3:
			size += 1; // what realloc to 0 does is the library's own business
			*p = realloc(*p, n = size);
			if (size > old)
				memset(*p + old, 0, size - old);
			break;
		case 4: // what the slot had is lost
			*p = calloc(3, size);
			n = 3 * size;
			break;
		case 5: // an error
			if (old > 8)
				free(*p + 8);
			n = old;
			break;
		case 6: // an error
			sink = calloc(SIZE_MAX / 2 + size, 3);
			n = old;
			break;
		case 7: // what the slot had is lost
			n = size / 64 * 64 + 64;
			*p = aligned_alloc(64, n);
			memset(*p, 0, n);
			break;
		}
		*hidden = hide(n);
		sink = NULL;
	}
	return 0;
}
