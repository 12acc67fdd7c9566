// wasibench DIR [MILLISECONDS [ROW...]]: times system calls as a program makes them, through libc, and prints a line
// "name nanoseconds" a row. The same source is the native program to compare with. DIR must be an empty directory; what
// is made there is removed again.
//
// A row runs for about MILLISECONDS (50): first the number of calls that fills a ninth of that is found, then nine
// batches of so many are timed, and the median is printed. All paths are relative to an open descriptor of DIR, so that
// neither wasi-libc's search for the preopen nor the length of the host's path is part of the figure.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { batches = 9, block = 64 * 1024, entries = 100 };

static int root, file;
static char buffer[block];

static void fail(const char *what) {
	fprintf(stderr, "wasibench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void must(int ok, const char *what) {
	if (!ok)
		fail(what);
}

static int open_at(const char *path, int flags) {
	int fd = openat(root, path, flags, 0644);
	must(fd >= 0, path);
	return fd;
}

static void close_fd(int fd) { must(close(fd) == 0, "close"); }

static void pread1(void) { must(pread(file, buffer, 1, 7) == 1, "pread"); }
static void pwrite1(void) { must(pwrite(file, buffer, 1, 7) == 1, "pwrite"); }
static void pread64k(void) { must(pread(file, buffer, block, 0) == block, "pread"); }
static void pwrite64k(void) { must(pwrite(file, buffer, block, 0) == block, "pwrite"); }
static void seek(void) { must(lseek(file, 9, SEEK_SET) == 9, "lseek"); }
static void open_close(void) { close_fd(open_at("file", O_RDONLY)); }
static void open_close_deep(void) { close_fd(open_at("one/two/file", O_RDONLY)); }

static void stat_file(void) {
	struct stat st;
	must(fstat(file, &st) == 0 && st.st_size == block, "fstat");
}

static void stat_deep(void) {
	struct stat st;
	must(fstatat(root, "one/two/file", &st, 0) == 0, "fstatat");
}

static void read_dir(void) {
	DIR *dir = fdopendir(open_at("hundred", O_RDONLY | O_DIRECTORY));
	must(dir != NULL, "fdopendir");
	int n = 0;
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		n += e->d_name[0] == 'e';
	must(closedir(dir) == 0 && n == entries, "readdir");
}

static void create_unlink(void) {
	close_fd(open_at("new", O_WRONLY | O_CREAT | O_EXCL));
	must(unlinkat(root, "new", 0) == 0, "unlinkat");
}

static void clock_time(void) {
	struct timespec t;
	must(clock_gettime(CLOCK_MONOTONIC, &t) == 0, "clock_gettime");
}

static void random16(void) { must(getentropy(buffer, 16) == 0, "getentropy"); }

// For a host whose sched_yield does nothing: what a call costs at the least.
static void empty(void) { must(sched_yield() == 0, "sched_yield"); }

static const struct row {
	const char *name;
	void (*call)(void);
	int if_named; // only
} rows[] = {
	{"pread_1", pread1, 0},
	{"pwrite_1", pwrite1, 0},
	{"pread_64k", pread64k, 0},
	{"pwrite_64k", pwrite64k, 0},
	{"seek", seek, 0},
	{"fstat", stat_file, 0},
	{"open_close", open_close, 0},
	{"open_close_deep", open_close_deep, 0},
	{"stat_deep", stat_deep, 0},
	{"readdir_100", read_dir, 0},
	{"create_unlink", create_unlink, 0},
	{"clock", clock_time, 0},
	{"random_16", random16, 0},
	{"empty", empty, 1},
};

enum { row_count = sizeof rows / sizeof rows[0] };

static const char *entry(int i) {
	static char name[32];
	snprintf(name, sizeof name, "hundred/entry%02d", i);
	return name;
}

static void write_file(const char *path) {
	int fd = open_at(path, O_WRONLY | O_CREAT | O_EXCL);
	must(write(fd, buffer, block) == block, path);
	close_fd(fd);
}

static void set_up(const char *dir) {
	root = open(dir, O_RDONLY | O_DIRECTORY);
	must(root >= 0, dir);
	must(mkdirat(root, "one", 0755) == 0 && mkdirat(root, "one/two", 0755) == 0 && mkdirat(root, "hundred", 0755) == 0,
	     "mkdirat");
	write_file("file");
	write_file("one/two/file");
	for (int i = 0; i < entries; i++)
		close_fd(open_at(entry(i), O_WRONLY | O_CREAT | O_EXCL));
	// By its whole path: under wasmtime, wasi-libc finds no right to write in a directory that was opened to read.
	char path[1024];
	snprintf(path, sizeof path, "%s/file", dir);
	file = open(path, O_RDWR);
	must(file >= 0, path);
}

static void tear_down(void) {
	close_fd(file);
	for (int i = 0; i < entries; i++)
		unlinkat(root, entry(i), 0);
	unlinkat(root, "one/two/file", 0);
	unlinkat(root, "file", 0);
	unlinkat(root, "hundred", AT_REMOVEDIR);
	unlinkat(root, "one/two", AT_REMOVEDIR);
	must(unlinkat(root, "one", AT_REMOVEDIR) == 0, "tear down");
	close_fd(root);
}

static long long now(void) {
	struct timespec t;
	must(clock_gettime(CLOCK_MONOTONIC, &t) == 0, "clock_gettime");
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long batch(const struct row *r, long n) {
	long long start = now();
	for (long i = 0; i < n; i++)
		r->call();
	return now() - start;
}

static int ascending(const void *a, const void *b) {
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

// measure returns the nanoseconds of one call.
static double measure(const struct row *r, long long budget) {
	long n = 1;
	for (long long took; (took = batch(r, n)) < budget / batches; n *= 2)
		if (took > budget / batches / 2)
			break;
	double each[batches];
	for (int i = 0; i < batches; i++)
		each[i] = (double)batch(r, n) / (double)n;
	qsort(each, batches, sizeof each[0], ascending);
	return each[batches / 2];
}

static int wanted(const struct row *r, int count, char **names) {
	for (int i = 0; i < count; i++)
		if (strcmp(r->name, names[i]) == 0)
			return 1;
	return count <= 0 && !r->if_named;
}

int main(int argc, char **argv) {
	if (argc < 2) {
		fprintf(stderr, "usage: wasibench DIR [MILLISECONDS [ROW...]]\n");
		return 2;
	}
	long milliseconds = argc > 2 ? atol(argv[2]) : 50;
	set_up(argv[1]);
	for (int i = 0; i < row_count; i++)
		if (wanted(&rows[i], argc - 3, argv + 3))
			printf("%s %.1f\n", rows[i].name, measure(&rows[i], milliseconds * 1000000LL));
	tear_down();
	return 0;
}
