/*
 * idle.c - what a connection costs the server while nothing happens on it.
 *
 * Every connection exchanges one message before it falls idle. So it has been accepted and has been through the read
 * and write path, as idle connections in the field have.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pattern.h"
#include "process-usage.h"

/* Connections are opened a batch at a time, few enough for any server's backlog, so that a server whose wait takes the
 * longer the more connections there are, as poll does, is not made to wait once for each. */
enum { BATCH = 100 };

/* A server loads code and makes its pools for the first connections, which is not the price of a connection. One batch
 * is opened and closed before the first look at its memory. */
enum { WARMUP_CONNECTIONS = BATCH };

static void pause_for(double seconds) {
  struct timespec time = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
}

static size_t message_bytes(const struct options *options) {
  return options->message_bytes < CHUNK_BYTES ? options->message_bytes : CHUNK_BYTES;
}

static void ask(const struct options *options, int fd, uint32_t index) {
  size_t length = message_bytes(options);
  if (send(fd, pattern_at(index, 0), length, MSG_NOSIGNAL) != (ssize_t)length) fail("send on connection %u: %m", index);
}

static void answer(const struct options *options, int fd, uint32_t index) {
  static uint8_t buffer[CHUNK_BYTES];
  size_t length = message_bytes(options);
  if (recv(fd, buffer, length, MSG_WAITALL) != (ssize_t)length) fail("recv on connection %u: %m", index);
  if (!matches_pattern(index, 0, buffer, length)) fail("wrong bytes on connection %u", index);
}

static void exchange_all(const struct options *options, const int *fds, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) ask(options, fds[i], i);
  for (uint32_t i = from; i < to; i++) answer(options, fds[i], i);
}

static void open_all(const struct options *options, int *fds, uint32_t count) {
  for (uint32_t from = 0; from < count; from += BATCH) {
    uint32_t to = from + BATCH < count ? from + BATCH : count;
    for (uint32_t i = from; i < to; i++) fds[i] = connect_to_server(options->port);
    exchange_all(options, fds, from, to);
  }
}

static void close_all(const int *fds, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) close(fds[i]);
}

static void report(uint32_t connections, const struct memory *before, const struct memory *after) {
  double grown = (double)after->anonymous_bytes - (double)before->anonymous_bytes;
  printf("{\"connections\":%u,\"bytesPerConnection\":%.1f,", connections, grown / connections);
  printf("\"anonymousBytesBefore\":%lu,\"anonymousBytesAfter\":%lu,", (unsigned long)before->anonymous_bytes,
         (unsigned long)after->anonymous_bytes);
  printf("\"residentBytesBefore\":%lu,\"residentBytesAfter\":%lu}\n", (unsigned long)before->resident_bytes,
         (unsigned long)after->resident_bytes);
}

/* The second exchange comes after the measurement: it finds out a server that has dropped an idle connection. */
void run_idle(const struct options *options) {
  uint32_t count = options->connections;
  uint32_t warmup = count < WARMUP_CONNECTIONS ? count : WARMUP_CONNECTIONS;
  int *fds = calloc(count, sizeof *fds);
  if (fds == NULL) fail("calloc: %m");
  fill_pattern();
  open_all(options, fds, warmup);
  close_all(fds, warmup);
  pause_for(options->warmup_seconds);
  struct memory before = memory_of(options->server);
  open_all(options, fds, count);
  pause_for(options->seconds);
  struct memory after = memory_of(options->server);
  exchange_all(options, fds, 0, count);
  close_all(fds, count);
  free(fds);
  report(count, &before, &after);
}
