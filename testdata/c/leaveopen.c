// leaveopen FILE...: opens each file, creates it if need be, and exits without
// closing any.
#include <fcntl.h>
#include <stdio.h>

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++)
		if (open(argv[i], O_RDWR | O_CREAT, 0666) < 0) {
			perror(argv[i]);
			return 1;
		}
	return 0;
}
