/*
 * echo-connection.h - one echo connection, shared by the epoll and the poll baseline, so that the two differ only in
 * how they wait.
 *
 * Bytes are sent back straight from the read buffer. What the kernel does not take is queued, and nothing more is read
 * from that connection until the queue is empty: at most one read buffer is held for a slow reader.
 */
#ifndef ECHO_CONNECTION_H
#define ECHO_CONNECTION_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BUFFER_BYTES = 64 * 1024 };

/* An endless stream must not starve the others: after so many full reads it is their turn. */
enum { READS_PER_TURN = 2 };

struct connection {
  int fd;
  /* The peer has shut its side or sent an urgent byte, in front of which recv stops: so reading goes on after a short read,
   * too, until there is nothing more. */
  bool reads_on;
  /* The unsent bytes are queue[sent..queued). The queue is allocated at a partial write and freed once it is sent, so
   * that an idle connection costs nothing but this struct. */
  uint32_t sent;
  uint32_t queued;
  uint8_t *queue;
};

/* What a connection waits for after its turn. */
enum next { NEXT_READABLE, NEXT_WRITABLE, NEXT_TURN, NEXT_CLOSE };

static _Thread_local uint8_t read_buffer[READ_BUFFER_BYTES];

static inline struct connection *connection_open(int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection != NULL) connection->fd = fd;
  else close(fd);
  return connection;
}

static inline void connection_close(struct connection *connection) {
  close(connection->fd);
  free(connection->queue);
  free(connection);
}

/* Returns how many bytes the kernel took, 0 if it takes none now, or -1 if the connection is broken. */
static inline ssize_t send_some(int fd, const uint8_t *bytes, size_t length) {
  ssize_t taken;
  do taken = send(fd, bytes, length, MSG_NOSIGNAL);
  while (taken < 0 && errno == EINTR);
  return taken < 0 && errno == EAGAIN ? 0 : taken;
}

static inline enum next queue_rest(struct connection *connection, const uint8_t *bytes, size_t length) {
  connection->queue = malloc(length);
  if (connection->queue == NULL) return NEXT_CLOSE;
  memcpy(connection->queue, bytes, length);
  connection->sent = 0;
  connection->queued = (uint32_t)length;
  return NEXT_WRITABLE;
}

static inline enum next flush(struct connection *connection) {
  while (connection->queue != NULL) {
    size_t rest = connection->queued - connection->sent;
    ssize_t taken = send_some(connection->fd, connection->queue + connection->sent, rest);
    if (taken < 0) return NEXT_CLOSE;
    if (taken == 0) return NEXT_WRITABLE;
    connection->sent += (uint32_t)taken;
    if (connection->sent == connection->queued) {
      free(connection->queue);
      connection->queue = NULL;
    }
  }
  return NEXT_READABLE;
}

static inline enum next echo(struct connection *connection, size_t length) {
  size_t sent = 0;
  while (sent < length) {
    ssize_t taken = send_some(connection->fd, read_buffer + sent, length - sent);
    if (taken < 0) return NEXT_CLOSE;
    if (taken == 0) return queue_rest(connection, read_buffer + sent, length - sent);
    sent += (size_t)taken;
  }
  return NEXT_READABLE;
}

/* Flushes, then reads and echoes until the socket is drained, the queue fills or the turn is over. The end of the
 * stream is seen only when the queue is empty, so closing then loses nothing. */
static inline enum next connection_turn(struct connection *connection) {
  enum next next = flush(connection);
  for (int reads = 0; next == NEXT_READABLE && reads < READS_PER_TURN; reads++) {
    ssize_t got = recv(connection->fd, read_buffer, READ_BUFFER_BYTES, 0);
    if (got == 0) return NEXT_CLOSE;
    if (got < 0) return errno == EAGAIN ? NEXT_READABLE : errno == EINTR ? NEXT_TURN : NEXT_CLOSE;
    next = echo(connection, (size_t)got);
    if (got < READ_BUFFER_BYTES && !connection->reads_on) return next;
  }
  return next == NEXT_READABLE ? NEXT_TURN : next;
}

#endif
