// plugin is a reactor, as plug-in hosts load them: a function for each way to
// behave when the host calls it again and again.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Allocations that the compiler must not remove.
static void *volatile kept;

#define EXPORT(name) __attribute__((export_name(#name)))

// tidy takes memory and gives it back.
EXPORT(tidy) int tidy(int bytes) {
	void *p = malloc(bytes);
	kept = p;
	free(p);
	return p != NULL;
}

// lose takes memory and forgets it.
EXPORT(lose) int lose(int bytes) {
	kept = malloc(bytes);
	return kept != NULL;
}

// slip takes memory, and forgets it in each of so many calls.
EXPORT(slip) int slip(int every) {
	static int calls;
	void *p = malloc(24);
	kept = p;
	if (++calls % every != 0)
		free(p);
	return calls;
}

// churn has a queue of blocks, whose length goes up and down.
EXPORT(churn) int churn(int most) {
	static void *queue[256];
	static unsigned random, length;
	random = random * 1103515245 + 12345;
	for (unsigned n = random >> 16 & 15; n > 0; n--) {
		if (random >> 31 && length < (unsigned)most)
			queue[length++] = malloc(40);
		else if (length > 0)
			free(queue[--length]);
	}
	return length;
}

// hoard keeps its argument in a list, whose room doubles.
EXPORT(hoard) int hoard(int item) {
	static int *list, length, room;
	if (length == room) {
		room = room == 0 ? 64 : 2 * room;
		list = realloc(list, room * sizeof *list);
		if (list == NULL)
			abort();
	}
	list[length++] = item;
	return length;
}

// cache keeps the results of its first calls.
EXPORT(cache) int cache(int entries) {
	static int filled;
	if (filled < entries) {
		kept = malloc(4096);
		filled++;
	}
	return filled;
}

// forget opens a file and forgets to close it.
EXPORT(forget) int forget(void) {
	return open("/data/log.txt", O_RDWR | O_CREAT, 0666) >= 0;
}

// reopen opens a file and closes it.
EXPORT(reopen) int reopen(void) {
	int fd = open("/data/log.txt", O_RDWR | O_CREAT, 0666);
	return fd >= 0 && close(fd) == 0;
}

// greet prints a line.
EXPORT(greet) void greet(void) {
	puts("hello from a plug-in");
	fflush(stdout);
}

// leave ends the program.
EXPORT(leave) void leave(int code) {
	exit(code);
}

// hang never ends.
EXPORT(hang) void hang(void) {
	for (;;)
		kept = NULL;
}

// fail traps.
EXPORT(fail) void fail(void) {
	__builtin_trap();
}
