/*
 * process-usage.h - the time and the memory that the server has used, read from outside.
 */
#ifndef PROCESS_USAGE_H
#define PROCESS_USAGE_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include "program.h"

static inline uint64_t clock_ns(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) fail("clock_gettime: %m");
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* User and system time of all threads of the process, those that have ended included, in nanoseconds. It is the same
 * scheduler counter that /proc/PID/task/TID/schedstat shows, without its fault: the time of a thread that ends during
 * the measurement is not lost with its directory. The utime and stime of /proc/PID/stat count in ticks of 10 ms. */
static inline uint64_t cpu_ns_of(pid_t pid) {
  clockid_t clock;
  if (clock_getcpuclockid(pid, &clock) != 0) fail("no CPU clock for process %d", (int)pid);
  return clock_ns(clock);
}

struct memory {
  /* All resident pages, shared libraries and the executable included. */
  uint64_t resident_bytes;
  /* The resident pages that no file backs: heaps, stacks and what a JIT makes. */
  uint64_t anonymous_bytes;
};

/* Connections are paid for in anonymous memory. The resident set also grows whenever a page of the executable is
 * touched for the first time, and the proportional set changes with the other processes that run the same executable,
 * so both would add noise that has nothing to do with connections. smaps_rollup walks the page tables and is exact,
 * whereas the counters of /proc/PID/status are kept per CPU and may lag behind. */
static inline struct memory memory_of(pid_t pid) {
  char line[256];
  unsigned long resident_kb = 0, anonymous_kb = 0;
  snprintf(line, sizeof line, "/proc/%d/smaps_rollup", (int)pid);
  FILE *rollup = fopen(line, "re");
  if (rollup == NULL) fail("%s: %m", line);
  while (fgets(line, sizeof line, rollup) != NULL) {
    sscanf(line, "Rss: %lu kB", &resident_kb);
    sscanf(line, "Anonymous: %lu kB", &anonymous_kb);
  }
  fclose(rollup);
  return (struct memory){.resident_bytes = resident_kb * 1024ull, .anonymous_bytes = anonymous_kb * 1024ull};
}

#endif
