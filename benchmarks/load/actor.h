/*
 * actor.h - one client that plays its role on one connection, without blocking, and notes what it sees.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "script.h"

enum ending {
  ENDING_NONE,
  /* What an echo server should bring about: its FIN after ours and after all bytes, nothing, or what we did ourselves. */
  ENDING_EOF,
  ENDING_OPEN,
  ENDING_LEFT,
  /* What it should not. */
  ENDING_EARLY_EOF,
  ENDING_RESET,
  ENDING_REFUSED,
  ENDING_WRONG_BYTES,
  ENDING_TOO_MANY_BYTES,
  ENDING_STALLED,
};

/* What the actors of one play share. */
struct stage {
  uint16_t port;
  uint64_t now_ns;
  uint64_t last_progress_ns;
  /* How many are still on it, how many of them stay, how many are to meet, and how many have come or never will. */
  uint32_t open;
  uint32_t staying;
  uint32_t meeting;
  uint32_t met;
};

struct actor {
  struct role role;
  uint32_t number;
  int fd;
  /* The step under way, and whether it has been begun. */
  uint32_t step;
  bool begun;
  uint64_t sent;
  uint64_t received;
  /* What `sent` is to become. */
  uint64_t goal;
  uint32_t bite;
  uint32_t rest_ms;
  /* When a pause is over, and when it reads again. */
  uint64_t awake_ns;
  uint64_t hungry_ns;
  bool connected;
  bool finished;
  bool seen_eof;
  enum ending ending;
};

struct stage new_stage(uint16_t port);

struct actor new_actor(struct stage *stage, struct role role, uint32_t number);

/* What it waits for, and until when at the latest. */
struct pollfd interest_of(const struct actor *actor, const struct stage *stage);
uint64_t deadline_of(const struct actor *actor, const struct stage *stage);

bool is_staying(const struct actor *actor);

/* Takes what has come, once, and goes on through its role as far as that goes without waiting. */
void play(struct stage *stage, struct actor *actor, bool readable);

void end_actor(struct stage *stage, struct actor *actor, enum ending ending);

#endif
