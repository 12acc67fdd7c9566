// lines.c with DWARF 5, see the Makefile.
#include "lines.c"
