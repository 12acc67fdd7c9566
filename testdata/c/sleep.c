// Sleeps for argv[1] milliseconds (poll_oneoff on a clock), then says so.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
	long ms = argc > 1 ? atol(argv[1]) : 0;
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	if (nanosleep(&t, NULL) != 0) {
		perror("sleep");
		return 1;
	}
	printf("slept %ld ms\n", ms);
	return 0;
}
