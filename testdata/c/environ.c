// environ exports work() from a command, beside its _start. The linker wraps each
// export of a command in the program's constructors. Where the program names
// environ, one of them reads the environment, into memory that nobody frees: each
// call loses it. See wasi-libc issue 298 and rust issue 108381. An empty
// environment takes no memory.
#include <unistd.h>

extern char **environ;

__attribute__((export_name("work"))) int work(void) {
	int n = 0;
	while (environ[n] != NULL)
		n++;
	return n;
}

int main(void) {
	return 0;
}
