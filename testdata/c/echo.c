// Accepts connections on descriptor 3, a preopened listener, and sends back
// what each sends, until one begins with "quit".
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  for (;;) {
    int conn = accept(3, NULL, NULL);
    if (conn < 0) {
      perror("accept");
      return 1;
    }
    char buf[256];
    ssize_t n = recv(conn, buf, sizeof buf, 0);
    if (n > 0 && send(conn, buf, (size_t)n, 0) != n) {
      perror("send");
      return 1;
    }
    if (shutdown(conn, SHUT_RDWR) < 0 || close(conn) < 0) {
      perror("close");
      return 1;
    }
    if (n >= 4 && memcmp(buf, "quit", 4) == 0) {
      puts("bye");
      return 0;
    }
  }
}
