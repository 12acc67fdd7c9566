// deny DIR: tries every kind of write in DIR and prints "operation: result", where the result is "ok" or the name of
// the errno. DIR holds a file named "file" and an empty directory named "sub". In a writable directory each line says
// "ok". Exit code 0 if nothing was written, 1 if anything was.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int written;

static const char *errno_name(int e) {
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{EACCES, "EACCES"}, {EBADF, "EBADF"}, {EEXIST, "EEXIST"}, {EINVAL, "EINVAL"}, {EIO, "EIO"},
		{EISDIR, "EISDIR"}, {ENOENT, "ENOENT"}, {ENOSYS, "ENOSYS"}, {ENOTCAPABLE, "ENOTCAPABLE"},
		{ENOTDIR, "ENOTDIR"}, {ENOTEMPTY, "ENOTEMPTY"}, {ENOTSUP, "ENOTSUP"}, {EPERM, "EPERM"}, {EROFS, "EROFS"},
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].number == e)
			return names[i].name;
	return strerror(e);
}

static int report(const char *operation, int result) {
	int e = errno;
	printf("%s: %s\n", operation, result == 0 ? "ok" : errno_name(e));
	written |= result == 0;
	return result;
}

// Fails with the errno of open, or of what is done with the descriptor.
static int report_open(const char *operation, const char *path, int flags) {
	int fd = open(path, flags, 0666);
	if (fd >= 0)
		close(fd);
	return report(operation, fd < 0 ? -1 : 0);
}

// What a descriptor allows, even if it could be opened for reading only.
static void through_descriptor(const char *path) {
	int fd = open(path, O_RDWR);
	if (fd < 0)
		fd = open(path, O_RDONLY);
	if (fd < 0) {
		report("reopen", -1);
		return;
	}
	report("write", write(fd, "x", 1) == 1 ? 0 : -1);
	report("pwrite", pwrite(fd, "x", 1, 0) == 1 ? 0 : -1);
	report("ftruncate", ftruncate(fd, 0));
	int e = posix_fallocate(fd, 0, 16);
	errno = e;
	report("fallocate", e == 0 ? 0 : -1);
	report("futimens", futimens(fd, (struct timespec[2]){{.tv_sec = 1}, {.tv_sec = 1}}));
	close(fd);
}

int main(int argc, char **argv) {
	if (argc != 2 || strlen(argv[1]) > 200) {
		fputs("usage: deny DIR\n", stderr);
		return 2;
	}
	char file[256], sub[256], new_file[256], new_dir[256], link_name[256], symlink_name[256], renamed[256];
	const struct {
		char *path;
		const char *name;
	} paths[] = {
		{file, "file"}, {sub, "sub"}, {new_file, "new-file"}, {new_dir, "new-dir"},
		{link_name, "new-link"}, {symlink_name, "new-symlink"}, {renamed, "renamed"},
	};
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		snprintf(paths[i].path, 256, "%s/%s", argv[1], paths[i].name);

	report_open("create", new_file, O_WRONLY | O_CREAT | O_EXCL);
	report_open("open-write", file, O_WRONLY);
	report_open("open-read-write", file, O_RDWR);
	report_open("open-append", file, O_WRONLY | O_APPEND);
	report_open("open-truncate", file, O_WRONLY | O_TRUNC);
	report_open("open-read-truncate", file, O_RDONLY | O_TRUNC);
	report("truncate", truncate(file, 0));
	through_descriptor(file);
	struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	report("utimensat", utimensat(AT_FDCWD, file, times, 0));
	report("utimensat-nofollow", utimensat(AT_FDCWD, file, times, AT_SYMLINK_NOFOLLOW));
	report("mkdir", mkdir(new_dir, 0777));
	report("link", link(file, link_name));
	report("symlink", symlink("file", symlink_name));
	if (report("rename", rename(file, renamed)) == 0)
		rename(renamed, file);
	report("rmdir", rmdir(sub));
	report("unlink", unlink(file));
	return written;
}
