/*
 * churn.c - connections that live for one message: connect, send, receive the whole echo, close, and again.
 *
 * The client closes first, with an ordinary FIN, as clients mostly do, so the TIME_WAIT is on its side. A reset would
 * spare it, and would send every server down its path for errors instead. The kernel keeps a TIME_WAIT for a minute
 * and, on loopback, makes it in the server's CPU time. So that it costs every server the same, none is ever reused: the
 * addresses and ports of the client are a ring that turns with the clock, once in 62.5 seconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pattern.h"
#include "window.h"

enum { EVENTS_PER_WAIT = 1024, WAIT_MS = 20 };

/* From 127.0.0.2 on. Each run begins where the clock stands, and a ring of so many is not overtaken below 100,000
 * connections a second. */
enum { SOURCE_ADDRESSES = 250, SOURCE_PORTS = 25000, SOURCES = SOURCE_ADDRESSES * SOURCE_PORTS };
enum { FIRST_SOURCE_PORT = 33000, NS_PER_SOURCE = 10000 };

/* The last bound on a run, far above what a minute brings. */
enum { MAX_VISITS = 10000000 };

/* One connection after the other, of which this is the present one. */
struct visit {
  int fd;
  uint32_t number;
  bool sent;
  uint32_t received;
  uint64_t began_at;
};

struct run {
  const struct options *options;
  int epoll;
  uint32_t first_source;
  struct visit *visits;
  /* How many were begun, and how many of them are not over. */
  uint32_t begun;
  uint32_t open;
  bool recording;
  bool draining;
  uint64_t last_progress_ns;
  struct histogram latency;
};

/* SO_REUSEADDR spares bind its search for others that use the port: it is connect that knows the whole connection. */
static void bind_source(int fd, uint32_t source) {
  int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)(FIRST_SOURCE_PORT + source % SOURCE_PORTS)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + source / SOURCE_PORTS)};
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) fail("SO_REUSEADDR: %m");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("bind to port %d: %m", ntohs(address.sin_port));
}

static int start_connecting(uint16_t port, uint32_t source) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket: %m");
  bind_source(fd, source);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
    fail("connect to port %d: %m", port);
  return fd;
}

/* Does nothing until the connection is there. A message is small enough for any empty socket buffer. */
static void send_message(const struct options *options, struct visit *visit) {
  ssize_t taken = send(visit->fd, pattern_at(visit->number, 0), options->message_bytes, MSG_NOSIGNAL);
  if (taken < 0 && errno == EAGAIN) return;
  if (taken < 0) fail("send on connection %u: %m", visit->number);
  if ((uint32_t)taken != options->message_bytes) fail("connection %u took part of a message", visit->number);
  visit->sent = true;
}

/* On loopback the handshake is nearly always over when connect returns, so the message can go at once. */
static void begin(struct run *run, struct visit *visit) {
  uint32_t number = run->begun++;
  run->open++;
  *visit = (struct visit){.number = number, .began_at = clock_ns(CLOCK_MONOTONIC)};
  visit->fd = start_connecting(run->options->port, (run->first_source + number) % SOURCES);
  send_message(run->options, visit);
  uint32_t events = EPOLLIN | EPOLLET | (visit->sent ? 0 : EPOLLOUT);
  struct epoll_event event = {.events = events, .data.ptr = visit};
  if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, visit->fd, &event) != 0) fail("epoll_ctl: %m");
}

/* The last connections only shut their side and wait for the server to close its own: a server that leaves them open
 * would do less work than the others, and is found out. */
static void message_returned(struct run *run, struct visit *visit) {
  if (run->recording) record(&run->latency, run->last_progress_ns - visit->began_at);
  if (run->draining) {
    if (shutdown(visit->fd, SHUT_WR) != 0) fail("shutdown of connection %u: %m", visit->number);
    return;
  }
  close(visit->fd);
  run->open--;
  begin(run, visit);
}

static void server_closed(struct run *run, struct visit *visit) {
  if (visit->received < run->options->message_bytes) fail("the server closed connection %u early", visit->number);
  close(visit->fd);
  run->open--;
}

/* The buffer has room for more than the message, so that a server that sends too much is found out. */
static void receive(struct run *run, struct visit *visit) {
  static uint8_t buffer[CHUNK_BYTES];
  ssize_t got = recv(visit->fd, buffer, sizeof buffer, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got < 0) fail("recv on connection %u: %m", visit->number);
  run->last_progress_ns = clock_ns(CLOCK_MONOTONIC);
  if (got == 0) {
    server_closed(run, visit);
    return;
  }
  if (visit->received + (uint64_t)got > run->options->message_bytes ||
      !matches_pattern(visit->number, visit->received, buffer, (size_t)got))
    fail("wrong bytes on connection %u", visit->number);
  visit->received += (uint32_t)got;
  if (visit->received == run->options->message_bytes) message_returned(run, visit);
}

static void serve(struct run *run, struct visit *visit) {
  if (!visit->sent) send_message(run->options, visit);
  receive(run, visit);
}

static void turn(struct run *run) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  int count = epoll_wait(run->epoll, events, EVENTS_PER_WAIT, WAIT_MS);
  if (count < 0 && errno != EINTR) fail("epoll_wait: %m");
  for (int i = 0; i < count; i++) serve(run, events[i].data.ptr);
  uint64_t silence_ns = clock_ns(CLOCK_MONOTONIC) - run->last_progress_ns;
  if ((int64_t)silence_ns > PATIENCE_SECONDS * 1000000000ll) fail("no answer came for %d s", PATIENCE_SECONDS);
}

static void turn_for(struct run *run, double seconds) {
  uint64_t end = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(seconds * 1e9);
  while (clock_ns(CLOCK_MONOTONIC) < end && run->begun < MAX_VISITS) turn(run);
}

static void report(const struct run *run, const struct window *window) {
  const struct histogram *latency = &run->latency;
  if (latency->count == 0) fail("no message came back");
  double count = (double)latency->count;
  printf("{\"cycles\":%lu,\"cyclesPerSecond\":%.1f,\"serverCpuNsPerCycle\":%.1f,", (unsigned long)latency->count,
         count / window_ns(window) * 1e9, server_cpu_ns(window) / count);
  print_window(window, latency);
}

static void open_all(struct run *run) {
  run->visits = calloc(run->options->connections, sizeof *run->visits);
  run->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (run->visits == NULL || run->epoll < 0) fail("starting: %m");
  run->last_progress_ns = clock_ns(CLOCK_MONOTONIC);
  for (uint32_t i = 0; i < run->options->connections; i++) begin(run, &run->visits[i]);
}

void run_churn(const struct options *options) {
  static struct run run;
  if (options->message_bytes > CHUNK_BYTES) fail("a message has at most %d bytes here", CHUNK_BYTES);
  fill_pattern();
  run.options = options;
  run.first_source = (uint32_t)(clock_ns(CLOCK_MONOTONIC) / NS_PER_SOURCE % SOURCES);
  open_all(&run);
  turn_for(&run, options->warmup_seconds);
  struct window window = {.from = moment_now(options->server)};
  run.recording = true;
  turn_for(&run, options->seconds);
  run.recording = false;
  window.to = moment_now(options->server);
  run.draining = true;
  while (run.open > 0) turn(&run);
  report(&run, &window);
  free(run.visits);
}
