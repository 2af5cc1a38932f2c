/*
 * program.c - see program.h.
 */
#define _GNU_SOURCE
#include "program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

void fail(const char *format, ...) {
  int error = errno;
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  errno = error;
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(EXIT_FAILURE);
}

void refuse(const char *usage) {
  fputs(usage, stderr);
  exit(2);
}

double number_between(const char *text, double lowest, double highest, const char *usage) {
  char *end;
  double value = strtod(text, &end);
  if (*end != '\0' || value < lowest || value > highest) refuse(usage);
  return value;
}

void allow_descriptors(uint32_t needed) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit: %m");
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max < needed) fail("%u descriptors are needed and %lu allowed", needed, (unsigned long)limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit: %m");
}

/* Without its own port: that is found when the other end is known, and so may be one that other connections have. */
static void bind_address(int fd, uint32_t source) {
  int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(source)};
  if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0) fail("IP_BIND_ADDRESS_NO_PORT: %m");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("bind: %m");
}

int connect_from(uint32_t source, uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket: %m");
  int on = 1;
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (source != INADDR_ANY) bind_address(fd, source);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect to port %d: %m", port);
  return fd;
}

int connect_to_server(uint16_t port) {
  return connect_from(INADDR_ANY, port);
}
