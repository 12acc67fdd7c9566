// demo [DIR]: lists DIR, counts the words of its text files, writes the result to DIR/summary.txt and prints it. It
// neither lists nor counts its own summary, so each run over the same directory gives the same result.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { max_entries = 256, max_path = 1024, shown_words = 5 };

static const char summary_name[] = "summary.txt";

struct entry {
	char *name;
	int is_dir;
	long long bytes;
	long lines, words;
};

struct word {
	const char *text;
	long count;
};

static char report[16384];
static size_t report_length;

static void fail(const char *what) {
	fprintf(stderr, "demo: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void say(const char *format, ...) {
	va_list args;
	va_start(args, format);
	int n = vsnprintf(report + report_length, sizeof report - report_length, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof report - report_length) {
		errno = ENOMEM;
		fail("report");
	}
	report_length += n;
}

static int by_name(const void *a, const void *b) {
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int by_text(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_count(const void *a, const void *b) {
	const struct word *x = a, *y = b;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->text, y->text);
}

static int is_text(const struct entry *e) {
	size_t n = strlen(e->name);
	return !e->is_dir && n > 4 && strcmp(e->name + n - 4, ".txt") == 0;
}

static int list(const char *dir, struct entry *entries) {
	char path[max_path];
	struct stat st;
	int count = 0;
	DIR *d = opendir(dir);
	if (d == NULL)
		fail(dir);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, summary_name) == 0)
			continue;
		if (count == max_entries) {
			errno = E2BIG;
			fail(dir);
		}
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (stat(path, &st) != 0)
			fail(path);
		entries[count] = (struct entry){.name = strdup(e->d_name), .is_dir = S_ISDIR(st.st_mode), .bytes = st.st_size};
		if (entries[count++].name == NULL)
			fail(path);
	}
	closedir(d);
	qsort(entries, count, sizeof *entries, by_name);
	return count;
}

// Appends the file to *text, which grows.
static void read_file(const char *path, char **text, size_t *length) {
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		fail(path);
	for (;;) {
		char *larger = realloc(*text, *length + 4096 + 1);
		if (larger == NULL)
			fail(path);
		*text = larger;
		ssize_t n = read(fd, larger + *length, 4096);
		if (n < 0)
			fail(path);
		if (n == 0)
			break;
		*length += n;
	}
	(*text)[(*length)++] = '\0';
	close(fd);
}

// Cuts text into lower-case words in place; calls of it append to *words.
static void split(struct entry *e, char *text, size_t length, char ***words, size_t *count) {
	int inside = 0;
	for (size_t i = 0; i < length; i++) {
		e->lines += text[i] == '\n';
		if (!isalpha((unsigned char)text[i]) && text[i] != '\'') {
			text[i] = '\0';
			inside = 0;
			continue;
		}
		text[i] = tolower((unsigned char)text[i]);
		if (inside)
			continue;
		inside = 1;
		e->words++;
		if (*count % 256 == 0) {
			char **larger = realloc(*words, (*count + 256) * sizeof **words);
			if (larger == NULL)
				fail("words");
			*words = larger;
		}
		(*words)[(*count)++] = text + i;
	}
}

static void say_frequent(char **words, size_t count) {
	struct word *distinct = calloc(count + 1, sizeof *distinct);
	size_t n = 0;
	if (distinct == NULL)
		fail("words");
	qsort(words, count, sizeof *words, by_text);
	for (size_t i = 0; i < count; i++) {
		if (n == 0 || strcmp(distinct[n - 1].text, words[i]) != 0)
			distinct[n++].text = words[i];
		distinct[n - 1].count++;
	}
	qsort(distinct, n, sizeof *distinct, by_count);
	say("%zu words, %zu distinct; most frequent:", count, n);
	for (size_t i = 0; i < n && i < shown_words; i++)
		say(" %s (%ld)", distinct[i].text, distinct[i].count);
	say("\n");
	free(distinct);
}

static void write_summary(const char *dir) {
	char path[max_path];
	snprintf(path, sizeof path, "%s/%s", dir, summary_name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0 || write(fd, report, report_length) != (ssize_t)report_length || close(fd) != 0)
		fail(path);
}

int main(int argc, char **argv) {
	const char *dir = argc > 1 ? argv[1] : "/data";
	static struct entry entries[max_entries];
	static char *texts[max_entries];
	char path[max_path], **words = NULL;
	size_t word_count = 0;

	int count = list(dir, entries);
	say("%-20s %8s %6s %6s\n", dir, "bytes", "lines", "words");
	for (int i = 0; i < count; i++) {
		struct entry *e = &entries[i];
		if (!is_text(e)) {
			say("  %-18s %8s\n", e->name, e->is_dir ? "dir" : "-");
			continue;
		}
		size_t length = 0;
		snprintf(path, sizeof path, "%s/%s", dir, e->name);
		read_file(path, &texts[i], &length);
		split(e, texts[i], length, &words, &word_count);
		say("  %-18s %8lld %6ld %6ld\n", e->name, e->bytes, e->lines, e->words);
	}
	say_frequent(words, word_count);
	write_summary(dir);
	fwrite(report, 1, report_length, stdout);
	printf("written to %s/%s\n", dir, summary_name);

	for (int i = 0; i < count; i++) {
		free(entries[i].name);
		free(texts[i]);
	}
	free(words);
	return 0;
}
