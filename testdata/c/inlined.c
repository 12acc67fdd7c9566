// Traps in a call that is inlined into another, which is inlined too. It keeps its DWARF, see the Makefile.
static volatile int zero, quotient;

__attribute__((always_inline)) static inline int divide(int n) {
	return n / zero;
}

__attribute__((always_inline)) static inline int half(int n) {
	int two = divide(n);
	return two + 2;
}

__attribute__((noinline)) static int compute(int n) {
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += i;
	return half(sum);
}

void _start(void) {
	quotient = compute(42);
}
