/*
 * poll-echo.c - the poll(2) baseline: the same echo server as epoll-echo.c, waiting with poll. Usage: poll-echo PORT
 *
 * The interest set is one dense array that the kernel reads in full at each wait, which is what poll costs. Entry 0 is
 * the listener; a closed connection's entry is filled with the last one.
 */
#define _GNU_SOURCE
#include <poll.h>

#include "echo-connection.h"
#include "loopback-listener.h"

struct interest_set {
  struct pollfd *polled;
  struct connection **connections;
  size_t count;
  size_t capacity;
};

static void *resize(void *memory, size_t count, size_t size) {
  void *resized = reallocarray(memory, count, size);
  if (resized == NULL) give_up("reallocarray");
  return resized;
}

static void add(struct interest_set *set, int fd, struct connection *connection) {
  if (set->count == set->capacity) {
    set->capacity = set->capacity == 0 ? 64 : set->capacity * 2;
    set->polled = resize(set->polled, set->capacity, sizeof *set->polled);
    set->connections = resize(set->connections, set->capacity, sizeof *set->connections);
  }
  set->polled[set->count] = (struct pollfd){.fd = fd, .events = POLLIN};
  set->connections[set->count++] = connection;
}

static void end(struct interest_set *set, size_t index) {
  connection_close(set->connections[index]);
  set->count--;
  set->polled[index] = set->polled[set->count];
  set->connections[index] = set->connections[set->count];
}

static void accept_all(struct interest_set *set, struct listener *listener) {
  int fd;
  while ((fd = accept_next(listener)) >= 0) {
    struct connection *connection = connection_open(fd);
    if (connection != NULL) add(set, fd, connection);
  }
}

/* poll is level-triggered: a connection whose turn ended early is simply reported again. POLLRDHUP is not asked for,
 * because the end of the stream makes the socket readable at each wait until it is read. */
static void serve(struct interest_set *set, size_t index) {
  enum next next = connection_turn(set->connections[index]);
  if (next == NEXT_CLOSE) end(set, index);
  else set->polled[index].events = next == NEXT_WRITABLE ? POLLOUT : POLLIN;
}

/* Goes from the last entry to the first, so that the entry which fills a gap has been served already. */
static void serve_ready(struct interest_set *set) {
  for (size_t index = set->count - 1; index > 0; index--) {
    if (set->polled[index].revents != 0) serve(set, index);
  }
}

int main(int argc, char **argv) {
  struct listener listener = listen_on_loopback((uint16_t)(argc > 1 ? atoi(argv[1]) : 0), false);
  announce(&listener);
  struct interest_set set = {0};
  add(&set, listener.fd, NULL);
  for (;;) {
    if (poll(set.polled, set.count, -1) < 0) {
      if (errno != EINTR) give_up("poll");
      continue;
    }
    serve_ready(&set);
    if (set.polled[0].revents != 0) accept_all(&set, &listener);
  }
}
