// An interpreter whose instructions call each other at their ends, as clang compiles them with -mtail-call: a loop without
// a loop. Prints the sum of 1 to argv[1].
#include <stdio.h>
#include <stdlib.h>

typedef long long handler(const unsigned char *pc, long long n, long long sum);

static handler add, count, jump, stop;
static handler *const handlers[] = {add, count, jump, stop};

#define NEXT(pc) __attribute__((musttail)) return handlers[*(pc)]((pc), n, sum)

static long long add(const unsigned char *pc, long long n, long long sum) {
	sum += n;
	NEXT(pc + 1);
}

static long long count(const unsigned char *pc, long long n, long long sum) {
	n--;
	NEXT(pc + 1);
}

static long long jump(const unsigned char *pc, long long n, long long sum) {
	if (n > 0) {
		NEXT(pc - 2);
	}
	NEXT(pc + 1);
}

static long long stop(const unsigned char *pc, long long n, long long sum) {
	(void)pc, (void)n;
	return sum;
}

int main(int argc, char **argv) {
	static const unsigned char program[] = {0, 1, 2, 3};
	long long n = argc > 1 ? atoll(argv[1]) : 10;
	printf("sum %lld\n", handlers[program[0]](program, n, 0));
}
