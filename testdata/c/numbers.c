// Loses a block, in a program whose constants look like addresses of blocks and of
// the allocator's own data.
#include <stdio.h>
#include <stdlib.h>

#define ROW4(row, n, step) row(n), row(n + step), row(n + 2 * step), row(n + 3 * step)
#define ROW16(row, n, step)                                                                                            \
  ROW4(row, n, step), ROW4(row, n + 4 * step, step), ROW4(row, n + 8 * step, step), ROW4(row, n + 12 * step, step)
#define ROW64(row, n, step)                                                                                            \
  ROW16(row, n, step), ROW16(row, n + 16 * step, step), ROW16(row, n + 32 * step, step), ROW16(row, n + 48 * step, step)
#define NUMBER(n) (n)

// One number for each 64 bytes of the first 192 KiB.
#define KIB16(n) ROW64(NUMBER, n, 64), ROW64(NUMBER, n + 4096, 64), ROW64(NUMBER, n + 8192, 64), ROW64(NUMBER, n + 12288, 64)
static const unsigned table[] = {KIB16(0x00000), KIB16(0x04000), KIB16(0x08000), KIB16(0x0c000),
                                 KIB16(0x10000), KIB16(0x14000), KIB16(0x18000), KIB16(0x1c000),
                                 KIB16(0x20000), KIB16(0x24000), KIB16(0x28000), KIB16(0x2c000)};

static volatile unsigned sink;

// The same in code, where the allocator has its data.
#define STORE(n) (sink = (n))
static void numbers(void) {
  ROW64(STORE, 0x3000, 64), ROW64(STORE, 0x4000, 64), ROW64(STORE, 0x5000, 64);
}

__attribute__((noinline)) static void lose(void) {
  char *volatile block = malloc(4000);
  block[0] = 1;
  block = NULL;
}

int main(void) {
  unsigned sum = 0;
  for (unsigned i = 0; i < sizeof table / sizeof *table; i++) sum += ((const volatile unsigned *)table)[i];
  numbers();
  lose();
  printf("%u\n", sum);
  return 0;
}
