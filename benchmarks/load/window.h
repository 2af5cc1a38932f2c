/*
 * window.h - the measured stretch of a run: what the server and the generator used from its beginning to its end, and
 * how long the answers took in it.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdint.h>
#include <stdio.h>

#include "histogram.h"
#include "process-usage.h"

struct moment {
  uint64_t wall_ns;
  uint64_t server_cpu_ns;
  uint64_t own_cpu_ns;
};

struct window {
  struct moment from;
  struct moment to;
};

static inline struct moment moment_now(pid_t server) {
  return (struct moment){.wall_ns = clock_ns(CLOCK_MONOTONIC),
                         .server_cpu_ns = cpu_ns_of(server),
                         .own_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID)};
}

static inline double window_ns(const struct window *window) {
  return (double)(window->to.wall_ns - window->from.wall_ns);
}

static inline double server_cpu_ns(const struct window *window) {
  return (double)(window->to.server_cpu_ns - window->from.server_cpu_ns);
}

/* Prints the fields that every loaded run reports, the last ones of its line of JSON. */
static inline void print_window(const struct window *window, const struct histogram *latency) {
  double wall_ns = window_ns(window);
  printf("\"seconds\":%.4f,\"p50Us\":%.2f,\"p99Us\":%.2f,\"p999Us\":%.2f,", wall_ns / 1e9, percentile_us(latency, 0.5),
         percentile_us(latency, 0.99), percentile_us(latency, 0.999));
  printf("\"serverCpuShare\":%.4f,\"loadCpuShare\":%.4f}\n", server_cpu_ns(window) / wall_ns,
         (double)(window->to.own_cpu_ns - window->from.own_cpu_ns) / wall_ns);
}

#endif
