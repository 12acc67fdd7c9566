// compute: four kernels that make no system call, each timed, with a checksum that every engine must agree on: a matrix
// product (floating point), a CRC (shifts and bytes), a list that is sorted (pointers), a state machine (branches).
// Prints a line "name nanoseconds checksum" a kernel. About half a second natively. Arguments name the kernels to run;
// without any, all run.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The next number of a linear congruential generator: the same everywhere.
static uint32_t next(uint32_t *seed) {
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

enum { side = 256, products = 6 };

static double left[side][side], right[side][side], product[side][side];

static uint64_t matrix(void) {
	uint32_t seed = 1;
	for (int i = 0; i < side; i++)
		for (int j = 0; j < side; j++) {
			left[i][j] = next(&seed) % 64;
			right[i][j] = next(&seed) % 64;
		}
	double trace = 0;
	for (int round = 0; round < products; round++) {
		for (int i = 0; i < side; i++)
			for (int j = 0; j < side; j++) {
				double sum = 0;
				for (int k = 0; k < side; k++)
					sum += left[i][k] * right[k][j];
				product[i][j] = sum;
			}
		for (int i = 0; i < side; i++) {
			trace += product[i][i];
			left[i][round] += 1;
		}
	}
	return (uint64_t)trace;
}

enum { crc_bytes = 1 << 20, crc_rounds = 40 };

static uint8_t text[crc_bytes];

static uint64_t crc(void) {
	uint32_t table[256], seed = 2, sum = 0xffffffffu;
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
		table[i] = c;
	}
	for (int i = 0; i < crc_bytes; i++)
		text[i] = (uint8_t)next(&seed);
	for (int round = 0; round < crc_rounds; round++)
		for (int i = 0; i < crc_bytes; i++)
			sum = table[(sum ^ text[i]) & 0xff] ^ sum >> 8;
	return sum ^ 0xffffffffu;
}

enum { nodes = 4096, sorts = 150 };

struct node {
	struct node *next;
	uint32_t key;
};

static struct node *merge(struct node *a, struct node *b) {
	struct node head, *tail = &head;
	while (a && b) {
		struct node **least = a->key <= b->key ? &a : &b;
		tail->next = *least;
		tail = *least;
		*least = tail->next;
	}
	tail->next = a ? a : b;
	return head.next;
}

static struct node *sort(struct node *list) {
	if (!list || !list->next)
		return list;
	struct node *middle = list, *end = list->next;
	while (end && end->next) {
		middle = middle->next;
		end = end->next->next;
	}
	struct node *rest = middle->next;
	middle->next = NULL;
	return merge(sort(list), sort(rest));
}

static uint64_t list(void) {
	static struct node all[nodes];
	uint32_t seed = 3;
	uint64_t sum = 0;
	for (int round = 0; round < sorts; round++) {
		for (int i = 0; i < nodes; i++) {
			all[i].key = next(&seed);
			all[i].next = i + 1 < nodes ? &all[i + 1] : NULL;
		}
		uint64_t place = 1;
		for (struct node *n = sort(all); n; n = n->next)
			sum += place++ * n->key;
	}
	return sum;
}

enum { input_bytes = 1 << 20, scans = 14 };
enum state { start, sign, whole, point, fraction, exponent, invalid, states };

static enum state step(enum state s, char c) {
	int digit = c >= '0' && c <= '9';
	switch (s) {
	case start:
		return digit ? whole : c == '-' || c == '+' ? sign : c == '.' ? point : invalid;
	case sign:
		return digit ? whole : c == '.' ? point : invalid;
	case whole:
		return digit ? whole : c == '.' ? fraction : c == 'e' ? exponent : invalid;
	case point:
		return digit ? fraction : invalid;
	case fraction:
		return digit ? fraction : c == 'e' ? exponent : invalid;
	case exponent:
		return digit ? exponent : invalid;
	default:
		return invalid;
	}
}

static uint64_t machine(void) {
	static const char letters[] = "0123456789012345-+.e,,,,";
	static char input[input_bytes];
	uint32_t seed = 4;
	uint64_t seen[states] = {0}, sum = 0;
	for (int i = 0; i < input_bytes; i++)
		input[i] = letters[next(&seed) % (sizeof letters - 1)];
	for (int round = 0; round < scans; round++) {
		enum state s = start;
		for (int i = 0; i < input_bytes; i++) {
			s = input[i] == ',' ? start : step(s, input[i]);
			seen[s]++;
		}
	}
	for (int s = 0; s < states; s++)
		sum = sum * 31 + seen[s];
	return sum;
}

static long long now(void) {
	struct timespec t;
	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		abort();
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void run(const char *name, uint64_t (*kernel)(void)) {
	long long begin = now();
	uint64_t sum = kernel();
	printf("%s %lld %016" PRIx64 "\n", name, now() - begin, sum);
}

static int wanted(const char *name, int argc, char **argv) {
	for (int i = 1; i < argc; i++)
		if (strcmp(name, argv[i]) == 0)
			return 1;
	return argc < 2;
}

int main(int argc, char **argv) {
	static const struct {
		const char *name;
		uint64_t (*run)(void);
	} kernels[] = {{"matrix", matrix}, {"crc", crc}, {"list", list}, {"machine", machine}};
	for (unsigned i = 0; i < sizeof kernels / sizeof *kernels; i++)
		if (wanted(kernels[i].name, argc, argv))
			run(kernels[i].name, kernels[i].run);
	return 0;
}
