/*
 * echo-load.c - the load generator of the echo benchmark: one thread, one server on 127.0.0.1, one line of JSON.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

static const char USAGE[] =
    "usage: echo-load --port PORT --pid PID [options]\n"
    "  --connections N   connections that exchange messages (50)\n"
    "  --size BYTES      bytes in a message (64)\n"
    "  --depth N         messages in flight on each connection (1)\n"
    "  --stream N        further connections that send without end (0)\n"
    "  --warmup SECONDS  load before the measurement (0.5)\n"
    "  --seconds SECONDS length of the measurement (2)\n"
    "  --churn           close each connection after one message and make another in its place\n"
    "  --arrive          open the connections and hold them until all have exchanged one message\n"
    "  --burst N         how many of them come at once (1)\n"
    "  --idle            hold the connections instead, and measure the server's memory after SECONDS\n";

static double number(const char *text, double lowest, double highest) {
  return number_between(text, lowest, highest, USAGE);
}

static void apply(struct options *options, int flag) {
  switch (flag) {
    case 'p': options->port = (uint16_t)number(optarg, 1, 65535); break;
    case 'P': options->server = (pid_t)number(optarg, 1, 1 << 22); break;
    case 'c': options->connections = (uint32_t)number(optarg, 1, 100000); break;
    case 's': options->message_bytes = (uint32_t)number(optarg, 1, 1 << 20); break;
    case 'd': options->depth = (uint32_t)number(optarg, 1, 1024); break;
    case 'S': options->streams = (uint32_t)number(optarg, 0, 16); break;
    case 'b': options->burst = (uint32_t)number(optarg, 1, 100000); break;
    case 'w': options->warmup_seconds = number(optarg, 0, 60); break;
    case 't': options->seconds = number(optarg, 0.1, 600); break;
    case 'C': options->run = run_churn; break;
    case 'a': options->run = run_arrive; break;
    case 'i': options->run = run_idle; break;
    default: refuse(USAGE);
  }
}

static struct options parse_options(int argc, char **argv) {
  static const struct option known[] = {
      {"port", required_argument, NULL, 'p'},   {"pid", required_argument, NULL, 'P'},
      {"size", required_argument, NULL, 's'},   {"connections", required_argument, NULL, 'c'},
      {"depth", required_argument, NULL, 'd'},  {"stream", required_argument, NULL, 'S'},
      {"warmup", required_argument, NULL, 'w'}, {"seconds", required_argument, NULL, 't'},
      {"churn", no_argument, NULL, 'C'},        {"idle", no_argument, NULL, 'i'},
      {"arrive", no_argument, NULL, 'a'},       {"burst", required_argument, NULL, 'b'},
      {NULL, 0, NULL, 0}};
  struct options options = {.connections = 50, .message_bytes = 64, .depth = 1, .burst = 1, .warmup_seconds = 0.5,
                            .seconds = 2, .run = run_busy};
  int flag;
  while ((flag = getopt_long(argc, argv, "", known, NULL)) != -1) apply(&options, flag);
  if (optind != argc || options.port == 0 || options.server == 0) refuse(USAGE);
  return options;
}

int main(int argc, char **argv) {
  struct options options = parse_options(argc, argv);
  allow_descriptors(options.connections + options.streams + 16);
  /* The last bound, should every other one fail: the default action of SIGALRM ends the program. */
  alarm((unsigned)(options.warmup_seconds + options.seconds) + 60);
  options.run(&options);
}
