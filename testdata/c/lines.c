// Traps in a function of a known line. It keeps its DWARF, see the Makefile.
static volatile int zero, quotient;

__attribute__((noinline)) static int divide(int n) {
	return n / zero;
}

void _start(void) {
	quotient = divide(42);
}
