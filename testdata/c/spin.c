// Never ends and never calls out: only a check inside the loop can stop it.
static volatile unsigned turns;

int main(void) {
	for (;;)
		turns++;
}
