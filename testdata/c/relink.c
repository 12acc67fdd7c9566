// relink tries to leave the preopened directory /b, which the host
// opened as the subdirectory sub of the preopened directory /a. It replaces sub
// by a symbolic link to ../outside, then reads and creates files in /b.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void show(const char *path) {
	char text[64];
	int fd = open(path, O_RDONLY);
	if (fd < 0) {
		printf("%s: cannot be opened\n", path);
		return;
	}
	ssize_t n = read(fd, text, sizeof text);
	printf("%s: %.*s", path, n > 0 ? (int)n : 0, text);
	close(fd);
}

int main(void) {
	if (rename("/a/sub", "/a/moved") == 0 && symlink("../outside", "/a/sub") == 0)
		puts("relinked");
	show("/b/inside");
	show("/b/secret");
	int fd = open("/b/created", O_WRONLY | O_CREAT, 0666);
	if (fd >= 0) {
		puts("created");
		close(fd);
	}
	return 0;
}
