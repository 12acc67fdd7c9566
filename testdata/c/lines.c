// Traps at a known line, in a call that is inlined. It keeps its DWARF, see the Makefile.
static volatile int zero, quotient;

static inline __attribute__((always_inline)) int quotient_of(int n) {
	return n / zero;
}

__attribute__((noinline)) static int divide(int n) {
	int q = quotient_of(n);
	return q + 1;
}

// Recurses until the stack overflows.
__attribute__((export_name("deep"))) int deep(int n) {
	return n < 0 ? 0 : deep(n + 1) + zero;
}

void _start(void) {
	quotient = divide(42);
}
