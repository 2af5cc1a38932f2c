/*
 * play.c - lets clients play a script against one server on 127.0.0.1, all at once, and prints for each client in which
 * step it ended, how, and how many right bytes it had got by then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actor.h"
#include "process-usage.h"
#include "program.h"

static const char USAGE[] =
    "usage: play --port PORT [--patience SECONDS] < SCRIPT\n"
    "  --patience SECONDS  when nothing has moved for so long, those that wait have stalled (10)\n";

/* The last bound, should every other one fail. */
enum { LONGEST_PLAY_SECONDS = 300 };

enum { LONGEST_WAIT_MS = 100, NS_PER_MS = 1000000 };

static const char *const words[] = {
    [ENDING_EOF] = "eof",
    [ENDING_OPEN] = "open",
    [ENDING_LEFT] = "left",
    [ENDING_EARLY_EOF] = "early-eof",
    [ENDING_RESET] = "reset",
    [ENDING_REFUSED] = "refused",
    [ENDING_WRONG_BYTES] = "wrong-bytes",
    [ENDING_TOO_MANY_BYTES] = "too-many-bytes",
    [ENDING_STALLED] = "stalled",
};

struct cast {
  struct actor *actors;
  struct pollfd *polled;
  uint32_t count;
  double patience_seconds;
};

static struct cast assemble(struct stage *stage, struct script script) {
  struct cast cast = {.count = script.count};
  allow_descriptors(script.count + 16);
  cast.actors = calloc(script.count, sizeof *cast.actors);
  cast.polled = calloc(script.count, sizeof *cast.polled);
  if (cast.actors == NULL || cast.polled == NULL) fail("calloc: %m");
  for (uint32_t i = 0; i < script.count; i++) cast.actors[i] = new_actor(stage, script.roles[i], i);
  return cast;
}

/* Fills the list for poll, in which who has ended is -1, and returns how long there is nothing else to do. Where one actor
 * has moved in this turn, another one may have waited for it. */
static int prepare(const struct stage *stage, struct cast *cast) {
  bool has_moved = stage->last_progress_ns == stage->now_ns;
  uint64_t deadline = stage->now_ns + (has_moved ? 0 : (uint64_t)LONGEST_WAIT_MS * NS_PER_MS);
  for (uint32_t i = 0; i < cast->count; i++) {
    const struct actor *actor = &cast->actors[i];
    cast->polled[i] = (struct pollfd){.fd = -1};
    if (actor->ending != ENDING_NONE) continue;
    cast->polled[i] = interest_of(actor, stage);
    uint64_t own = deadline_of(actor, stage);
    if (own < deadline) deadline = own;
  }
  return deadline <= stage->now_ns ? 0 : (int)((deadline - stage->now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* Who stays waits for the others alone, and for nothing from the server. */
static void give_up_stalled(struct stage *stage, struct cast *cast) {
  double silence_seconds = (double)(stage->now_ns - stage->last_progress_ns) / 1e9;
  if (silence_seconds < cast->patience_seconds) return;
  for (uint32_t i = 0; i < cast->count; i++) {
    struct actor *actor = &cast->actors[i];
    if (actor->ending == ENDING_NONE && !is_staying(actor)) end_actor(stage, actor, ENDING_STALLED);
  }
}

/* All are played in each turn, for a step may wait for another actor and not for the socket. */
static void turn(struct stage *stage, struct cast *cast) {
  if (poll(cast->polled, cast->count, prepare(stage, cast)) < 0 && errno != EINTR) fail("poll: %m");
  stage->now_ns = clock_ns(CLOCK_MONOTONIC);
  for (uint32_t i = 0; i < cast->count; i++) {
    bool readable = (cast->polled[i].revents & ~POLLOUT) != 0;
    if (cast->actors[i].ending == ENDING_NONE) play(stage, &cast->actors[i], readable);
  }
  give_up_stalled(stage, cast);
}

static void print_endings(const struct cast *cast) {
  for (uint32_t i = 0; i < cast->count; i++) {
    const struct actor *actor = &cast->actors[i];
    printf("%u %s %lu\n", actor->step, words[actor->ending], (unsigned long)actor->received);
  }
}

static uint16_t parse_options(int argc, char **argv, double *patience_seconds) {
  static const struct option known[] = {
      {"port", required_argument, NULL, 'p'}, {"patience", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
  uint16_t port = 0;
  int flag;
  while ((flag = getopt_long(argc, argv, "", known, NULL)) != -1) {
    if (flag == 'p') port = (uint16_t)number_between(optarg, 1, 65535, USAGE);
    else if (flag == 't') *patience_seconds = number_between(optarg, 0, 60, USAGE);
    else refuse(USAGE);
  }
  if (optind != argc || port == 0) refuse(USAGE);
  return port;
}

int main(int argc, char **argv) {
  double patience_seconds = 10;
  struct stage stage = new_stage(parse_options(argc, argv, &patience_seconds));
  alarm(LONGEST_PLAY_SECONDS);
  struct cast cast = assemble(&stage, read_script(stdin));
  cast.patience_seconds = patience_seconds;
  /* The first steps are made before the first wait: a socket that is not connected has nothing to wait for. */
  for (uint32_t i = 0; i < cast.count; i++) play(&stage, &cast.actors[i], false);
  while (stage.open > 0) turn(&stage, &cast);
  print_endings(&cast);
}
