/*
 * server-watch.c - runs a load generator that is not ours, and prints as its last line what the server and the generator
 * used from the beginning of it to its end.
 *
 *   server-watch PID COMMAND [ARGUMENTS]
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process-usage.h"

static const char USAGE[] = "usage: server-watch PID COMMAND [ARGUMENTS]\n";

static pid_t start(char **command) {
  pid_t child = fork();
  if (child < 0) fail("fork: %m");
  if (child != 0) return child;
  execvp(command[0], command);
  fail("%s: %m", command[0]);
}

static double seconds_of(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv) {
  if (argc < 3) refuse(USAGE);
  pid_t server = (pid_t)number_between(argv[1], 1, 1 << 22, USAGE);
  uint64_t wall = clock_ns(CLOCK_MONOTONIC);
  uint64_t cpu = cpu_ns_of(server);
  pid_t child = start(argv + 2);
  int status;
  struct rusage load;
  if (wait4(child, &status, 0, &load) != child) fail("wait4: %m");
  cpu = cpu_ns_of(server) - cpu;
  wall = clock_ns(CLOCK_MONOTONIC) - wall;
  if (status != 0) fail("%s ended with status %d", argv[2], WIFEXITED(status) ? WEXITSTATUS(status) : 128);
  double load_seconds = seconds_of(load.ru_utime) + seconds_of(load.ru_stime);
  printf("{\"seconds\":%.4f,\"serverCpuSeconds\":%.6f,\"loadCpuSeconds\":%.6f}\n", (double)wall / 1e9, (double)cpu / 1e9,
         load_seconds);
}
