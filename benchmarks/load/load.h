/*
 * load.h - what the load generator is asked for, and its ways of running.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>
#include <sys/types.h>

#include "program.h"

/* The longest stretch of bytes that one send or recv moves. */
enum { CHUNK_BYTES = 64 * 1024 };

struct options {
  uint16_t port;
  pid_t server;
  uint32_t connections;
  uint32_t message_bytes;
  uint32_t depth;
  uint32_t streams;
  /* How many connections arrive at once. */
  uint32_t burst;
  double warmup_seconds;
  double seconds;
  /* One of the ways of running below. */
  void (*run)(const struct options *options);
};

/* Keeps `depth` messages in flight on each connection and prints throughput, latency and the server's CPU time. */
void run_busy(const struct options *options);

/* Makes connections that end after one message, and prints their rate, latency and the server's CPU time. */
void run_churn(const struct options *options);

/* Opens the connections in bursts and prints how long each waited for its first answer. */
void run_arrive(const struct options *options);

/* Opens the connections, holds them and prints the server's memory before and after. */
void run_idle(const struct options *options);

#endif
