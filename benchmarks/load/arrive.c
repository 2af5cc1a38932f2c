/*
 * arrive.c - connections that come and stay: each exchanges one message, and all are held until the last has come.
 *
 * They come in bursts. A burst connects and sends without waiting for an answer, and the next one comes when each of it
 * has its message back; in bursts of one they come one after the other. The clients are many, with an address each, for
 * some servers look at the address to choose who serves it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pattern.h"
#include "window.h"

/* From 127.0.1.1 on: not those of churn.c, which must have every port of its addresses to itself. */
enum { FIRST_SOURCE = INADDR_LOOPBACK + 0x100, SOURCE_ADDRESSES = 250 };

struct guest {
  int fd;
  uint32_t number;
  uint64_t began_at;
};

struct run {
  const struct options *options;
  int epoll;
  struct guest *guests;
  struct histogram latency;
};

static void come(struct run *run, uint32_t number) {
  struct guest *guest = &run->guests[number];
  size_t length = run->options->message_bytes;
  *guest = (struct guest){.number = number, .began_at = clock_ns(CLOCK_MONOTONIC)};
  guest->fd = connect_from(FIRST_SOURCE + number % SOURCE_ADDRESSES, run->options->port);
  if (send(guest->fd, pattern_at(number, 0), length, MSG_NOSIGNAL) != (ssize_t)length)
    fail("send on connection %u: %m", number);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = guest};
  if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, guest->fd, &event) != 0) fail("epoll_ctl: %m");
}

/* The socket blocks, so a part of the message is followed by the rest, or by the end of our patience. */
static void welcome(struct run *run, struct guest *guest) {
  static uint8_t buffer[CHUNK_BYTES];
  size_t length = run->options->message_bytes;
  if (recv(guest->fd, buffer, length, MSG_WAITALL) != (ssize_t)length) fail("recv on connection %u: %m", guest->number);
  if (!matches_pattern(guest->number, 0, buffer, length)) fail("wrong bytes on connection %u", guest->number);
  record(&run->latency, clock_ns(CLOCK_MONOTONIC) - guest->began_at);
  if (epoll_ctl(run->epoll, EPOLL_CTL_DEL, guest->fd, NULL) != 0) fail("epoll_ctl: %m");
}

static void arrive(struct run *run, uint32_t from, uint32_t to) {
  for (uint32_t number = from; number < to; number++) come(run, number);
  for (uint32_t missing = to - from; missing > 0; missing--) {
    struct epoll_event event;
    int count = epoll_wait(run->epoll, &event, 1, PATIENCE_SECONDS * 1000);
    if (count != 1) fail("no answer came for %d s", PATIENCE_SECONDS);
    welcome(run, event.data.ptr);
  }
}

static void arrive_all(struct run *run) {
  uint32_t count = run->options->connections, burst = run->options->burst;
  for (uint32_t from = 0; from < count; from += burst) arrive(run, from, count - from < burst ? count : from + burst);
}

void run_arrive(const struct options *options) {
  static struct run run;
  if (options->message_bytes > CHUNK_BYTES) fail("a message has at most %d bytes here", CHUNK_BYTES);
  fill_pattern();
  run.options = options;
  run.guests = calloc(options->connections, sizeof *run.guests);
  run.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (run.guests == NULL || run.epoll < 0) fail("starting: %m");
  struct window window = {.from = moment_now(options->server)};
  arrive_all(&run);
  window.to = moment_now(options->server);
  for (uint32_t i = 0; i < options->connections; i++) close(run.guests[i].fd);
  free(run.guests);
  printf("{\"connections\":%u,", options->connections);
  print_window(&window, &run.latency);
}
