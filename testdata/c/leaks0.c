// leaks.c without optimization.
#include "leaks.c"
