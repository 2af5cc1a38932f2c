/*
 * load.h - what the load generator is asked for, and its ways of running.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>
#include <sys/types.h>

/* The longest stretch of bytes that one send or recv moves. */
enum { CHUNK_BYTES = 64 * 1024 };

/* Every wait on the server is bounded: a server that does not answer for so long has failed. */
enum { PATIENCE_SECONDS = 5 };

struct options {
  uint16_t port;
  pid_t server;
  uint32_t connections;
  uint32_t message_bytes;
  uint32_t depth;
  uint32_t streams;
  double warmup_seconds;
  double seconds;
  /* One of the ways of running below. */
  void (*run)(const struct options *options);
};

/* Connects to 127.0.0.1, blocking, with TCP_NODELAY, and with reads and writes that give up after PATIENCE_SECONDS. */
int connect_to_server(uint16_t port);

/* Keeps `depth` messages in flight on each connection and prints throughput, latency and the server's CPU time. */
void run_busy(const struct options *options);

/* Makes connections that end after one message, and prints their rate, latency and the server's CPU time. */
void run_churn(const struct options *options);

/* Opens the connections, holds them and prints the server's memory before and after. */
void run_idle(const struct options *options);

/* Says what went wrong and ends the program with status 1. Write %m for the text of errno. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
