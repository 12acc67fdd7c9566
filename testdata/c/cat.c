// Copies the files named by its arguments, or standard input, to standard output. "-" is standard input.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buffer[16384];

static int copy(int fd) {
	ssize_t n;
	while ((n = read(fd, buffer, sizeof buffer)) > 0)
		for (ssize_t done = 0; done < n;) {
			ssize_t w = write(STDOUT_FILENO, buffer + done, n - done);
			if (w < 0)
				return -1;
			done += w;
		}
	return n < 0 ? -1 : 0;
}

static int copy_file(const char *name) {
	if (strcmp(name, "-") == 0)
		return copy(STDIN_FILENO);
	int fd = open(name, O_RDONLY);
	if (fd < 0)
		return -1;
	int result = copy(fd), saved = errno;
	close(fd);
	errno = saved;
	return result;
}

int main(int argc, char **argv) {
	int status = 0;
	if (argc < 2 && copy(STDIN_FILENO) != 0) {
		perror("cat: standard input");
		status = 1;
	}
	for (int i = 1; i < argc; i++)
		if (copy_file(argv[i]) != 0) {
			fprintf(stderr, "cat: %s: %s\n", argv[i], strerror(errno));
			status = 1;
		}
	return status;
}
