// Prints one line. The smallest useful C program, and the guest of the benchmarks.
#include <stdio.h>

int main(void) {
	puts("hello, world");
	return 0;
}
