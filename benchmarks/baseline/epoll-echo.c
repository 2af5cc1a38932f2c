/*
 * epoll-echo.c - the bare C baseline: an edge-triggered epoll echo server on 127.0.0.1. Usage: epoll-echo PORT [THREADS]
 *
 * Threads share nothing: each has a listener on the port and a set of its own.
 *
 * A connection is registered once, for reading, urgent bytes, writing and half-close, and never modified: an edge that
 * finds nothing to do costs less than epoll_ctl at each partial write. Closing its only descriptor takes it out of the
 * set. The listener stays level-triggered, so that no pending connection is lost when accepting stops early.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/epoll.h>

#include "echo-connection.h"
#include "loopback-listener.h"

enum { EVENTS_PER_WAIT = 1024, MAX_THREADS = 64 };

static const uint32_t CONNECTION_EVENTS = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;

/* What stands behind the bytes that a short read has brought. Each event tells of it anew. */
static const uint32_t MORE_BEHIND = EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR;

static void control(int epoll, int operation, int fd, uint32_t events, void *data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll, operation, fd, &event) != 0) give_up("epoll_ctl");
}

static void accept_all(int epoll, struct listener *listener) {
  int fd;
  while ((fd = accept_next(listener)) >= 0) {
    struct connection *connection = connection_open(fd);
    if (connection != NULL) control(epoll, EPOLL_CTL_ADD, fd, CONNECTION_EVENTS, connection);
  }
}

/* A connection whose turn ended early sees no further edge. Registering it again makes the kernel look once more and
 * puts it at the end of the kernel's own ready list, behind those that wait already. */
static void serve(int epoll, struct connection *connection, uint32_t events) {
  connection->reads_on = (events & MORE_BEHIND) != 0;
  enum next next = connection_turn(connection);
  if (next == NEXT_CLOSE) connection_close(connection);
  else if (next == NEXT_TURN) control(epoll, EPOLL_CTL_MOD, connection->fd, CONNECTION_EVENTS, connection);
}

static void *run(void *argument) {
  struct listener *listener = argument;
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) give_up("epoll_create1");
  control(epoll, EPOLL_CTL_ADD, listener->fd, EPOLLIN, NULL);
  static _Thread_local struct epoll_event events[EVENTS_PER_WAIT];
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS_PER_WAIT, -1);
    if (count < 0 && errno != EINTR) give_up("epoll_wait");
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == NULL) accept_all(epoll, listener);
      else serve(epoll, events[i].data.ptr, events[i].events);
    }
  }
  return NULL;
}

int main(int argc, char **argv) {
  uint16_t port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 0);
  int threads = argc > 2 ? atoi(argv[2]) : 1;
  if (threads < 1 || threads > MAX_THREADS) {
    fprintf(stderr, "THREADS must be 1 to %d\n", MAX_THREADS);
    return EXIT_FAILURE;
  }
  static struct listener listeners[MAX_THREADS];
  for (int i = 0; i < threads; i++) {
    listeners[i] = listen_on_loopback(port, threads > 1);
    port = port_of(&listeners[i]);
  }
  announce(&listeners[0]);
  for (int i = 1; i < threads; i++) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, run, &listeners[i])) != 0) give_up("pthread_create");
  }
  run(&listeners[0]);
}
