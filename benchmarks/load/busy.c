/*
 * busy.c - a closed loop: each connection keeps `depth` messages in flight and sends the next when one has come back.
 *
 * The loop waits once for all that is ready, as the servers do, and touches each byte only to check it, so that it can
 * load a C server. Whether it did shows in its own share of the CPU, which it reports.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pattern.h"
#include "window.h"

enum { EVENTS_PER_WAIT = 1024, WAIT_MS = 20 };

struct link {
  int fd;
  uint32_t index;
  bool stream;
  uint64_t sent;
  uint64_t received;
  /* Sending goes on until `sent` reaches this offset. */
  uint64_t allowed;
  /* When each message in flight was allowed to go, a ring of `depth` entries: message k + depth takes the place of
   * message k, in the moment when k has come back. */
  uint64_t *allowed_at;
};

struct run {
  const struct options *options;
  int epoll;
  uint32_t link_count;
  struct link *links;
  bool recording;
  bool draining;
  uint64_t streamed_bytes;
  uint64_t last_progress_ns;
  struct histogram latency;
};

static void watch(struct run *run, struct link *link, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = link};
  if (epoll_ctl(run->epoll, operation, link->fd, &event) != 0) fail("epoll_ctl: %m");
}

/* A stream is watched level-triggered and moves one chunk at a time, so that it never holds up the others here: what is
 * measured is the server's fairness. */
static void open_link(struct run *run, uint32_t index) {
  struct link *link = &run->links[index];
  uint64_t in_flight = (uint64_t)run->options->depth * run->options->message_bytes;
  link->index = index;
  link->stream = index >= run->options->connections;
  link->allowed = link->stream ? UINT64_MAX : in_flight;
  link->allowed_at = calloc(run->options->depth, sizeof *link->allowed_at);
  if (link->allowed_at == NULL) fail("calloc: %m");
  link->fd = connect_to_server(run->options->port);
  if (fcntl(link->fd, F_SETFL, O_NONBLOCK) != 0) fail("fcntl: %m");
  watch(run, link, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT | (link->stream ? 0 : EPOLLET));
}

static void send_allowed(struct link *link) {
  while (link->sent < link->allowed) {
    uint64_t rest = link->allowed - link->sent;
    size_t length = rest < CHUNK_BYTES ? rest : CHUNK_BYTES;
    ssize_t taken = send(link->fd, pattern_at(link->index, link->sent), length, MSG_NOSIGNAL);
    if (taken < 0 && errno == EAGAIN) return;
    if (taken < 0) fail("send on connection %u: %m", link->index);
    link->sent += (uint64_t)taken;
    if (link->stream) return;
  }
}

/* Every whole message that has come back is counted and, unless the run is ending, followed by a new one. */
static void complete_messages(struct run *run, struct link *link, uint64_t before, uint64_t now) {
  uint64_t size = run->options->message_bytes;
  for (uint64_t message = before / size; message < link->received / size; message++) {
    uint64_t *allowed_at = &link->allowed_at[message % run->options->depth];
    if (run->recording) record(&run->latency, now - *allowed_at);
    *allowed_at = now;
    if (!run->draining) link->allowed += size;
  }
}

/* Returns how many bytes were there. All of them are checked. */
static size_t receive(struct run *run, struct link *link) {
  static uint8_t buffer[CHUNK_BYTES];
  ssize_t got = recv(link->fd, buffer, sizeof buffer, 0);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got < 0) fail("recv on connection %u: %m", link->index);
  if (got == 0) fail("the server closed connection %u", link->index);
  if (!matches_pattern(link->index, link->received, buffer, (size_t)got))
    fail("wrong bytes on connection %u", link->index);
  uint64_t before = link->received;
  uint64_t now = clock_ns(CLOCK_MONOTONIC);
  link->received += (uint64_t)got;
  run->last_progress_ns = now;
  if (link->stream) run->streamed_bytes += (uint64_t)got;
  else complete_messages(run, link, before, now);
  return (size_t)got;
}

static void serve(struct run *run, struct link *link) {
  while (receive(run, link) == CHUNK_BYTES && !link->stream) continue;
  send_allowed(link);
}

static void turn(struct run *run) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  int count = epoll_wait(run->epoll, events, EVENTS_PER_WAIT, WAIT_MS);
  if (count < 0 && errno != EINTR) fail("epoll_wait: %m");
  for (int i = 0; i < count; i++) serve(run, events[i].data.ptr);
  uint64_t silence_ns = clock_ns(CLOCK_MONOTONIC) - run->last_progress_ns;
  if ((int64_t)silence_ns > PATIENCE_SECONDS * 1000000000ll) fail("no byte came back for %d s", PATIENCE_SECONDS);
}

static void turn_for(struct run *run, double seconds) {
  uint64_t end = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(seconds * 1e9);
  while (clock_ns(CLOCK_MONOTONIC) < end) turn(run);
}

/* Nothing new is sent, and all that was sent must come back. */
static void drain(struct run *run) {
  run->draining = true;
  for (uint32_t i = 0; i < run->link_count; i++) {
    struct link *link = &run->links[i];
    if (link->stream) {
      link->allowed = link->sent;
      watch(run, link, EPOLL_CTL_MOD, EPOLLIN);
    }
    while (link->received < link->allowed) turn(run);
    close(link->fd);
    free(link->allowed_at);
  }
}

static void report(const struct run *run, const struct window *window, uint64_t streamed_bytes) {
  const struct histogram *latency = &run->latency;
  if (latency->count == 0) fail("no message came back");
  double count = (double)latency->count;
  printf("{\"messages\":%lu,\"messagesPerSecond\":%.1f,\"serverCpuNsPerMessage\":%.1f,\"streamBytesPerSecond\":%.0f,",
         (unsigned long)latency->count, count / window_ns(window) * 1e9, server_cpu_ns(window) / count,
         (double)streamed_bytes / window_ns(window) * 1e9);
  print_window(window, latency);
}

static void open_links(struct run *run) {
  run->links = calloc(run->link_count, sizeof *run->links);
  if (run->links == NULL) fail("calloc: %m");
  for (uint32_t i = 0; i < run->link_count; i++) open_link(run, i);
  uint64_t now = clock_ns(CLOCK_MONOTONIC);
  run->last_progress_ns = now;
  for (uint32_t i = 0; i < run->options->connections; i++)
    for (uint32_t k = 0; k < run->options->depth; k++) run->links[i].allowed_at[k] = now;
}

void run_busy(const struct options *options) {
  static struct run run;
  fill_pattern();
  run.options = options;
  run.link_count = options->connections + options->streams;
  run.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (run.epoll < 0) fail("epoll_create1: %m");
  open_links(&run);
  turn_for(&run, options->warmup_seconds);
  uint64_t streamed_before = run.streamed_bytes;
  struct window window = {.from = moment_now(options->server)};
  run.recording = true;
  turn_for(&run, options->seconds);
  run.recording = false;
  window.to = moment_now(options->server);
  uint64_t streamed_bytes = run.streamed_bytes - streamed_before;
  drain(&run);
  report(&run, &window, streamed_bytes);
  free(run.links);
}
