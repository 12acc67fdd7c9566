// files DIR: drives the file calls under DIR and checks each. Prints "OK what" for each check that holds and ends with
// exit code 1 at the first that doesn't. Leaves DIR as it was.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *root;

static void check(int holds, const char *what) {
	int e = errno;
	if (!holds) {
		printf("FAIL %s (errno %d, %s)\n", what, e, strerror(e));
		exit(1);
	}
	printf("OK %s\n", what);
}

// Four buffers in turn, so that two paths can stand in one call.
static const char *at(const char *name) {
	static char buffers[4][512];
	static int next;
	char *p = buffers[next++ % 4];
	snprintf(p, sizeof buffers[0], "%s/%s", root, name);
	return p;
}

static int fails_with(int result, int number) {
	return result == -1 && errno == number;
}

static off_t size_of(const char *name) {
	struct stat st;
	return stat(at(name), &st) == 0 ? st.st_size : -1;
}

static void contents(void) {
	char buffer[32] = {0};
	int fd = open(at("file"), O_RDWR | O_CREAT | O_EXCL, 0666);
	check(fd >= 0, "create");
	check(fails_with(open(at("file"), O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST), "create twice fails");
	check(write(fd, "hello, world", 12) == 12, "write");
	check(lseek(fd, 0, SEEK_CUR) == 12, "offset follows write");
	check(lseek(fd, 7, SEEK_SET) == 7, "seek from start");
	check(read(fd, buffer, sizeof buffer) == 5 && memcmp(buffer, "world", 5) == 0, "read back");
	check(read(fd, buffer, sizeof buffer) == 0, "read at end");
	check(lseek(fd, -5, SEEK_END) == 7, "seek from end");
	check(fails_with(lseek(fd, -1, SEEK_SET) < 0 ? -1 : 0, EINVAL), "seek before start fails");
	check(pwrite(fd, "W", 1, 7) == 1, "pwrite");
	check(pread(fd, buffer, 5, 7) == 5 && memcmp(buffer, "World", 5) == 0, "pread");
	check(lseek(fd, 0, SEEK_CUR) == 7, "pread and pwrite keep the offset");
	check(ftruncate(fd, 5) == 0 && size_of("file") == 5, "truncate shorter");
	check(ftruncate(fd, 4096) == 0 && size_of("file") == 4096, "truncate longer");
	check(pread(fd, buffer, 1, 4095) == 1 && buffer[0] == 0, "hole reads zero");
	check(fsync(fd) == 0 && fdatasync(fd) == 0, "sync");
	check(close(fd) == 0, "close");
	check(fails_with(close(fd), EBADF), "close twice fails");

	fd = open(at("file"), O_WRONLY | O_APPEND);
	check(fd >= 0 && write(fd, "end", 3) == 3 && size_of("file") == 4099, "append");
	check(read(fd, buffer, 1) < 0, "read from a write-only descriptor fails");
	close(fd);
	fd = open(at("file"), O_RDONLY);
	check(fd >= 0 && write(fd, "x", 1) < 0, "write to a read-only descriptor fails");
	check(ftruncate(fd, 0) < 0 && size_of("file") == 4099, "truncate a read-only descriptor fails");
	check(fsync(fd) == 0 && fdatasync(fd) == 0, "sync a read-only descriptor");
	check(futimens(fd, NULL) == 0, "set the times of a read-only descriptor");
	check(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED) == 0, "advise on a read-only descriptor");
	close(fd);
	fd = open(at("file"), O_WRONLY | O_TRUNC);
	check(fd >= 0 && size_of("file") == 0, "open with truncation");
	close(fd);
}

static void names(void) {
	check(mkdir(at("dir"), 0777) == 0, "mkdir");
	check(fails_with(mkdir(at("dir"), 0777), EEXIST), "mkdir twice fails");
	check(rename(at("file"), at("dir/moved")) == 0, "rename");
	check(fails_with(access(at("file"), F_OK), ENOENT), "old name is gone");
	check(fails_with(rmdir(at("dir")), ENOTEMPTY), "rmdir of a full directory fails");
	check(fails_with(open(at("dir/moved/x"), O_RDONLY), ENOTDIR), "file as a directory fails");
}

static void links(void) {
	struct stat a, b;
	char target[64];
	check(link(at("dir/moved"), at("dir/hard")) == 0, "link");
	check(stat(at("dir/moved"), &a) == 0 && stat(at("dir/hard"), &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev,
	      "link has the same inode");
	check(a.st_nlink == 2, "link count");
	check(symlink("moved", at("dir/soft")) == 0, "symlink");
	ssize_t n = readlink(at("dir/soft"), target, sizeof target);
	check(n == 5 && memcmp(target, "moved", 5) == 0, "readlink");
	check(lstat(at("dir/soft"), &b) == 0 && S_ISLNK(b.st_mode), "lstat sees the link");
	check(stat(at("dir/soft"), &b) == 0 && S_ISREG(b.st_mode) && a.st_ino == b.st_ino, "stat follows the link");
	check(fails_with(open(at("dir/soft"), O_RDONLY | O_NOFOLLOW), ELOOP), "open without following fails");
	int fd = open(at("dir/soft"), O_RDONLY);
	check(fd >= 0, "open through the link");
	close(fd);
}

static void times(void) {
	struct stat st;
	struct timespec set[2] = {{.tv_sec = 1000000, .tv_nsec = 5000}, {.tv_sec = 2000000, .tv_nsec = 7000}};
	check(utimensat(AT_FDCWD, at("dir/moved"), set, 0) == 0, "utimensat");
	check(stat(at("dir/moved"), &st) == 0 && st.st_atim.tv_sec == 1000000 && st.st_mtim.tv_sec == 2000000, "times are set");
	set[0].tv_nsec = UTIME_OMIT;
	set[1] = (struct timespec){.tv_sec = 3000000};
	int fd = open(at("dir/moved"), O_RDWR);
	check(fd >= 0 && futimens(fd, set) == 0, "futimens");
	check(fstat(fd, &st) == 0 && st.st_atim.tv_sec == 1000000 && st.st_mtim.tv_sec == 3000000, "omitted time is kept");
	close(fd);
}

// All that is done through the descriptor of a directory that was only opened
// for reading.
static void beneath(void) {
	struct stat st;
	struct timespec set[2] = {{.tv_sec = 1}, {.tv_sec = 2}};
	char target[64];
	int d = open(at("dir"), O_RDONLY | O_DIRECTORY);
	check(d >= 0, "open a directory");
	int fd = openat(d, "made", O_RDWR | O_CREAT | O_EXCL, 0666);
	check(fd >= 0 && close(fd) == 0, "openat creates");
	fd = openat(d, "made", O_WRONLY | O_TRUNC);
	check(fd >= 0 && close(fd) == 0, "openat truncates");
	check(mkdirat(d, "sub", 0777) == 0, "mkdirat");
	check(renameat(d, "made", d, "sub/file") == 0, "renameat");
	check(fstatat(d, "sub/file", &st, 0) == 0 && S_ISREG(st.st_mode), "fstatat");
	check(utimensat(d, "sub/file", set, 0) == 0 && fstatat(d, "sub/file", &st, 0) == 0 && st.st_mtim.tv_sec == 2, "utimensat of a directory");
	check(linkat(d, "sub/file", d, "hard2", 0) == 0, "linkat");
	check(symlinkat("sub/file", d, "soft2") == 0, "symlinkat");
	check(readlinkat(d, "soft2", target, sizeof target) == 8, "readlinkat");
	check(fsync(d) == 0 && fdatasync(d) == 0, "sync a directory");
	int s = openat(d, "sub", O_RDONLY | O_DIRECTORY);
	check(s >= 0 && unlinkat(s, "file", 0) == 0, "unlinkat in a nested directory");
	check(close(s) == 0 && unlinkat(d, "sub", AT_REMOVEDIR) == 0, "unlinkat of a directory");
	check(unlinkat(d, "soft2", 0) == 0 && unlinkat(d, "hard2", 0) == 0 && close(d) == 0, "unlinkat");
}

// Many entries, so that the directory doesn't fit into one fd_readdir buffer.
static void directories(void) {
	enum { many = 200 };
	static const char prefix[] = "entry-with-a-longer-name-";
	char name[64];
	int seen[many] = {0}, others = 0, total = 0;
	check(mkdir(at("many"), 0777) == 0, "mkdir many");
	for (int i = 0; i < many; i++) {
		snprintf(name, sizeof name, "many/%s%03d", prefix, i);
		int fd = open(at(name), O_WRONLY | O_CREAT, 0666);
		if (fd < 0)
			check(0, name);
		close(fd);
	}
	DIR *d = opendir(at("many"));
	check(d != NULL, "opendir");
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		int ours = strncmp(e->d_name, prefix, sizeof prefix - 1) == 0;
		int i = ours ? atoi(e->d_name + sizeof prefix - 1) : -1;
		if (i >= 0 && i < many && e->d_type == DT_REG)
			total += seen[i]++ == 0;
		else
			others += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	}
	check(total == many && others == 0, "readdir gives each entry once");
	rewinddir(d);
	check(readdir(d) != NULL, "rewinddir");
	check(closedir(d) == 0, "closedir");
	for (int i = 0; i < many; i++) {
		snprintf(name, sizeof name, "many/%s%03d", prefix, i);
		if (unlink(at(name)) != 0)
			check(0, name);
	}
	check(rmdir(at("many")) == 0, "rmdir many");
}

static void cleanup(void) {
	check(fails_with(rmdir(at("dir/moved")), ENOTDIR), "rmdir of a file fails");
	check(unlink(at("dir/soft")) == 0, "unlink the symlink");
	check(unlink(at("dir/hard")) == 0, "unlink the link");
	check(unlink(at("dir/moved")) == 0, "unlink");
	check(fails_with(unlink(at("dir/moved")), ENOENT), "unlink twice fails");
	check(rmdir(at("dir")) == 0, "rmdir");
	check(fails_with(rmdir(at("dir")), ENOENT), "rmdir twice fails");
}

int main(int argc, char **argv) {
	if (argc != 2) {
		fputs("usage: files DIR\n", stderr);
		return 2;
	}
	root = argv[1];
	contents();
	names();
	links();
	times();
	beneath();
	directories();
	cleanup();
	puts("all file calls agree");
	return 0;
}
