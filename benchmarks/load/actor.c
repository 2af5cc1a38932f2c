/*
 * actor.c - see actor.h.
 */
#define _GNU_SOURCE
#include "actor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pattern.h"
#include "process-usage.h"
#include "program.h"

enum { NS_PER_MS = 1000000 };

static const struct step *step_of(const struct actor *actor) {
  return &actor->role.steps[actor->step];
}

bool is_staying(const struct actor *actor) {
  return actor->begun && step_of(actor)->act == ACT_STAY;
}

static bool is_to_meet(const struct role *role, uint32_t from) {
  for (uint32_t i = from; i < role->count; i++) {
    if (role->steps[i].act == ACT_MEET) return true;
  }
  return false;
}

struct stage new_stage(uint16_t port) {
  fill_pattern();
  uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
  return (struct stage){.port = port, .now_ns = now_ns, .last_progress_ns = now_ns};
}

struct actor new_actor(struct stage *stage, struct role role, uint32_t number) {
  struct actor actor = {.role = role, .number = number, .bite = CHUNK_BYTES};
  actor.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (actor.fd < 0) fail("socket: %m");
  int on = 1;
  setsockopt(actor.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  stage->open++;
  if (is_to_meet(&role, 0)) stage->meeting++;
  return actor;
}

/* Who ends before it has met the others is not waited for. */
void end_actor(struct stage *stage, struct actor *actor, enum ending ending) {
  bool has_met = actor->begun && step_of(actor)->act == ACT_MEET;
  if (!has_met && is_to_meet(&actor->role, actor->step)) stage->met++;
  if (is_staying(actor)) stage->staying--;
  stage->open--;
  stage->last_progress_ns = stage->now_ns;
  actor->ending = ending;
  close(actor->fd);
  actor->fd = -1;
}

/* A send after the RST has been seen answers EPIPE, and so does the error that a RST leaves behind after a FIN. */
static void broken(struct stage *stage, struct actor *actor, const char *call) {
  if (errno == ECONNREFUSED) end_actor(stage, actor, ENDING_REFUSED);
  else if (errno == ECONNRESET || errno == EPIPE) end_actor(stage, actor, ENDING_RESET);
  else fail("%s of client %u: %m", call, actor->number);
}

static void set_socket(const struct actor *actor, int level, int option, int value) {
  if (setsockopt(actor->fd, level, option, &value, sizeof value) != 0) fail("setsockopt of client %u: %m", actor->number);
}

/* Asked again, connect(2) tells what has become of the attempt. */
static bool has_connected(struct stage *stage, struct actor *actor) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(stage->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  actor->connected = connect(actor->fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EISCONN;
  if (!actor->connected && errno != EINPROGRESS && errno != EALREADY) broken(stage, actor, "connect");
  return actor->connected;
}

static bool has_sent(struct stage *stage, struct actor *actor, uint32_t amount) {
  if (!actor->begun) actor->goal = actor->sent + amount;
  while (actor->sent < actor->goal) {
    uint64_t rest = actor->goal - actor->sent;
    const uint8_t *bytes = pattern_at(actor->number, actor->sent);
    ssize_t taken = send(actor->fd, bytes, rest < CHUNK_BYTES ? rest : CHUNK_BYTES, MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN) broken(stage, actor, "send");
    if (taken < 0) return false;
    actor->sent += (uint64_t)taken;
    stage->last_progress_ns = stage->now_ns;
  }
  return true;
}

static bool has_urged(struct stage *stage, struct actor *actor) {
  ssize_t taken = send(actor->fd, "!", 1, MSG_OOB | MSG_NOSIGNAL);
  if (taken < 0 && errno != EAGAIN) broken(stage, actor, "send");
  return taken == 1;
}

static bool has_slept(const struct stage *stage, struct actor *actor, uint32_t ms) {
  if (!actor->begun) actor->awake_ns = stage->now_ns + (uint64_t)ms * NS_PER_MS;
  return stage->now_ns >= actor->awake_ns;
}

static bool has_met(struct stage *stage, const struct actor *actor) {
  if (!actor->begun) stage->met++;
  return stage->met == stage->meeting;
}

static bool has_finished(struct stage *stage, struct actor *actor) {
  actor->finished = true;
  if (shutdown(actor->fd, SHUT_WR) == 0) return true;
  if (errno == ENOTCONN) errno = ECONNRESET;
  broken(stage, actor, "shutdown");
  return false;
}

/* Whatever is to come after the last of the others has gone has had as long as they had. */
static void stay(struct stage *stage, struct actor *actor) {
  if (!actor->begun) stage->staying++;
  actor->begun = true;
  if (stage->staying == stage->open) end_actor(stage, actor, ENDING_OPEN);
}

static void leave(struct stage *stage, struct actor *actor, bool with_reset) {
  struct linger linger = {.l_onoff = with_reset, .l_linger = 0};
  setsockopt(actor->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  end_actor(stage, actor, ENDING_LEFT);
}

/* True if the step is over. Where it ended the actor, the answer does not matter. */
static bool perform(struct stage *stage, struct actor *actor) {
  const struct step *step = step_of(actor);
  switch (step->act) {
    case ACT_MSS: set_socket(actor, IPPROTO_TCP, TCP_MAXSEG, (int)step->amount); return true;
    case ACT_WINDOW: set_socket(actor, SOL_SOCKET, SO_RCVBUF, (int)step->amount); return true;
    case ACT_CONNECT: return has_connected(stage, actor);
    case ACT_BITE: actor->bite = step->amount; return true;
    case ACT_REST: actor->rest_ms = step->amount; return true;
    case ACT_SEND: return has_sent(stage, actor, step->amount);
    case ACT_URGENT: return has_urged(stage, actor);
    case ACT_PAUSE: return has_slept(stage, actor, step->amount);
    case ACT_AWAIT: return actor->received >= step->amount;
    case ACT_MEET: return has_met(stage, actor);
    case ACT_FINISH: return has_finished(stage, actor);
    case ACT_END: if (actor->seen_eof) end_actor(stage, actor, ENDING_EOF); return false;
    case ACT_STAY: stay(stage, actor); return false;
    case ACT_RESET: leave(stage, actor, true); return false;
    case ACT_LEAVE: leave(stage, actor, false); return false;
  }
  return false;
}

static void take(struct stage *stage, struct actor *actor, const uint8_t *bytes, size_t length) {
  if (actor->received + length > actor->sent) {
    end_actor(stage, actor, ENDING_TOO_MANY_BYTES);
  } else if (!matches_pattern(actor->number, actor->received, bytes, length)) {
    end_actor(stage, actor, ENDING_WRONG_BYTES);
  } else {
    actor->received += length;
    actor->hungry_ns = stage->now_ns + (uint64_t)actor->rest_ms * NS_PER_MS;
  }
}

static void receive(struct stage *stage, struct actor *actor) {
  static uint8_t buffer[CHUNK_BYTES];
  ssize_t got = recv(actor->fd, buffer, actor->bite, 0);
  if (got < 0 && errno == EAGAIN) return;
  stage->last_progress_ns = stage->now_ns;
  if (got < 0) broken(stage, actor, "recv");
  else if (got > 0) take(stage, actor, buffer, (size_t)got);
  else if (actor->finished && actor->received == actor->sent) actor->seen_eof = true;
  else end_actor(stage, actor, ENDING_EARLY_EOF);
}

static bool is_hungry(const struct actor *actor, const struct stage *stage) {
  return actor->connected && !actor->seen_eof && stage->now_ns >= actor->hungry_ns;
}

/* Before it connects and after both sides have ended, poll would report POLLHUP without end: such a socket is not
 * looked at. */
struct pollfd interest_of(const struct actor *actor, const struct stage *stage) {
  enum act act = step_of(actor)->act;
  bool is_joined = (actor->connected || act == ACT_CONNECT) && !actor->seen_eof;
  short events = is_hungry(actor, stage) ? POLLIN : 0;
  if (act == ACT_CONNECT || act == ACT_SEND || act == ACT_URGENT) events |= POLLOUT;
  return (struct pollfd){.fd = is_joined ? actor->fd : -1, .events = events};
}

uint64_t deadline_of(const struct actor *actor, const struct stage *stage) {
  uint64_t awake = step_of(actor)->act == ACT_PAUSE ? actor->awake_ns : UINT64_MAX;
  uint64_t hungry = actor->hungry_ns > stage->now_ns ? actor->hungry_ns : UINT64_MAX;
  return awake < hungry ? awake : hungry;
}

void play(struct stage *stage, struct actor *actor, bool readable) {
  if (readable && is_hungry(actor, stage)) receive(stage, actor);
  while (actor->ending == ENDING_NONE) {
    bool over = perform(stage, actor);
    if (actor->ending != ENDING_NONE) return;
    actor->begun = !over;
    if (!over) return;
    actor->step++;
    stage->last_progress_ns = stage->now_ns;
  }
}
