// Ends with the exit code argv[1] (0 without one), from three frames below main, after having printed a line.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static void inner(int code) {
	exit(code);
}

__attribute__((noinline)) static void middle(int code) {
	inner(code);
	puts("not reached");
}

__attribute__((noinline)) static void outer(int code) {
	middle(code);
	puts("not reached");
}

int main(int argc, char **argv) {
	int code = argc > 1 ? atoi(argv[1]) : 0;
	printf("exit %d\n", code);
	outer(code);
	return 1;
}
