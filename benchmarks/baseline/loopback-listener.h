/*
 * loopback-listener.h - the listening socket of the epoll and the poll baseline, on 127.0.0.1.
 */
#ifndef LOOPBACK_LISTENER_H
#define LOOPBACK_LISTENER_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct listener {
  int fd;
  /* A descriptor kept back, so that connections can be refused politely when no other descriptor is left. */
  int reserve_fd;
};

static inline void give_up(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static inline int open_reserve(void) {
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* The soft limit of descriptors is often 1024 for the sake of select(2), which nobody here uses. */
static inline void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

static inline uint16_t port_of(const struct listener *listener) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  if (getsockname(listener->fd, (struct sockaddr *)&address, &length) != 0) give_up("getsockname");
  return ntohs(address.sin_port);
}

static inline void announce(const struct listener *listener) {
  printf("listening on 127.0.0.1:%d\n", port_of(listener));
  fflush(stdout);
}

/* Port 0 lets the kernel choose; a shared port may have several listeners, among which the kernel divides the connections.
 * Accepted sockets inherit TCP_NODELAY from the listener, which spares one system call for each of them. */
static inline struct listener listen_on_loopback(uint16_t port, bool shared) {
  raise_descriptor_limit();
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up("socket");
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) give_up("SO_REUSEPORT");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) give_up("bind");
  if (listen(fd, SOMAXCONN) != 0) give_up("listen");
  return (struct listener){.fd = fd, .reserve_fd = open_reserve()};
}

/* Out of descriptors, the pending connection would keep the listener readable for ever: it is accepted with the
 * reserve and closed, so that the client learns of it at once. Returns false when no connection was pending, which
 * accept4 does not tell, because it asks for the descriptor first. */
static inline bool shed_one(struct listener *listener) {
  close(listener->reserve_fd);
  int fd = accept(listener->fd, NULL, NULL);
  if (fd >= 0) close(fd);
  listener->reserve_fd = open_reserve();
  return fd >= 0;
}

/* Returns the next pending connection, or -1 when there is none for now. */
static inline int accept_next(struct listener *listener) {
  for (;;) {
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) return fd;
    bool passing = errno == EINTR || errno == ECONNABORTED;
    bool full = errno == EMFILE || errno == ENFILE;
    if (!passing && !(full && shed_one(listener))) return -1;
  }
}

#endif
