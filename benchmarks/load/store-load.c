/*
 * store-load.c - a steady load on a store, GET and SET by turns, at a rate that does not depend on the answers.
 *
 * A request has a moment in which it is due, and its latency begins there, whenever it could be sent: while a store stalls,
 * the requests that would have come meanwhile are not left out. The loop never sleeps, so that it is never late by itself;
 * where it was late all the same, because another process had its core, it says so. A patient one waits between two requests
 * instead, and leaves the core to others.
 *
 * Another connection may add keys at a rate of its own. Its answers are checked, and not among the latencies.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "window.h"

static const char USAGE[] =
    "usage: store-load --port PORT --pid PID [options]\n"
    "  --connections N   connections that ask in turn (50)\n"
    "  --rate N          requests in a second, on all of them (20000)\n"
    "  --keys N          the keys that are there, key:000000000000 and on (100000)\n"
    "  --growth N        keys that are added in a second of the measurement (0)\n"
    "  --echo            ECHO instead of GET and SET, for a store that may drop keys\n"
    "  --password TEXT   what to log in with\n"
    "  --patient         wait where nothing is due\n"
    "  --warmup SECONDS  load before the measurement (0.5)\n"
    "  --seconds SECONDS length of the measurement (2)\n";

enum { MOST_PASSWORD_BYTES = 64 };

enum { EVENTS_PER_WAIT = 256, RECEIVE_BYTES = 64 * 1024, REQUEST_BYTES = 128 };

/* Answers that one connection may be owed, a power of two. It is seconds of the usual load. */
enum { MAX_OWED = 16384 };

/* Keys are added in batches, as clients that load data do it, and no more than so many are under way. */
enum { BATCH = 100, MAX_GROWING = MAX_OWED - BATCH };

#define VALUE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* Every key has the same value, so that each answer is known to the byte. */
static const char *const FOUND = "$32\r\n" VALUE "\r\n";
static const char *const STORED = "+OK\r\n";

struct request {
  uint64_t due_ns;
  const char *answer;
};

struct link {
  int fd;
  /* Requests are asked and answered in order: a ring, and the place in the answer that is coming. */
  uint64_t asked;
  uint64_t answered;
  size_t answer_offset;
  struct request owed[MAX_OWED];
};

struct run {
  uint16_t port;
  pid_t server;
  uint32_t connections;
  double rate;
  uint64_t keys;
  double growth;
  bool echo;
  bool patient;
  const char *password;
  double warmup_seconds;
  double seconds;
  int epoll;
  struct link *links;
  struct link *growing;
  uint64_t began_ns;
  uint64_t asked;
  uint64_t grown;
  bool recording;
  uint64_t last_progress_ns;
  uint64_t longest_ns;
  struct histogram latency;
  struct histogram lateness;
};

static uint64_t random_number(void) {
  static uint64_t state = 0x9e3779b97f4a7c15;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static size_t write_get(char *to, uint64_t key) {
  return (size_t)sprintf(to, "*2\r\n$3\r\nGET\r\n$16\r\nkey:%012lu\r\n", (unsigned long)key);
}

static size_t write_set(char *to, uint64_t key) {
  return (size_t)sprintf(to, "*3\r\n$3\r\nSET\r\n$16\r\nkey:%012lu\r\n$32\r\n" VALUE "\r\n", (unsigned long)key);
}

static size_t write_echo(char *to) {
  return (size_t)sprintf(to, "*2\r\n$4\r\nECHO\r\n$32\r\n" VALUE "\r\n");
}

static void owe(struct link *link, uint64_t due_ns, const char *answer) {
  if (link->asked - link->answered == MAX_OWED) fail("the store owes %d answers on one connection", MAX_OWED);
  link->owed[link->asked++ % MAX_OWED] = (struct request){.due_ns = due_ns, .answer = answer};
}

/* What is under way is bounded, and small beside the buffers of a connection. */
static void send_whole(const struct link *link, const char *bytes, size_t length) {
  ssize_t taken = send(link->fd, bytes, length, MSG_NOSIGNAL);
  if (taken < 0) fail("send: %m");
  if ((size_t)taken != length) fail("a connection took part of a request");
}

/* When the request of this number is due, at so many in a second. */
static uint64_t due_ns(uint64_t began_ns, uint64_t number, double rate) {
  return began_ns + (uint64_t)((double)number * 1e9 / rate);
}

static void ask(struct run *run, uint64_t due) {
  char text[REQUEST_BYTES];
  uint64_t key = random_number() % run->keys;
  bool reading = run->echo || run->asked % 2 == 0;
  /* Two numbers after each other go to one connection, so that each of them reads and writes. */
  struct link *link = &run->links[run->asked / 2 % run->connections];
  owe(link, due, reading ? FOUND : STORED);
  send_whole(link, text, run->echo ? write_echo(text) : reading ? write_get(text, key) : write_set(text, key));
  if (run->recording) record(&run->lateness, clock_ns(CLOCK_MONOTONIC) - due);
  run->asked++;
}

static void ask_what_is_due(struct run *run) {
  uint64_t due = due_ns(run->began_ns, run->asked, run->rate);
  if (due <= clock_ns(CLOCK_MONOTONIC)) ask(run, due);
}

/* A store that cannot take the keys at this rate gets them at its own. */
static void grow(struct run *run, uint64_t from_ns) {
  static char text[BATCH * REQUEST_BYTES];
  struct link *link = run->growing;
  if (link->asked - link->answered > MAX_GROWING) return;
  uint64_t now = clock_ns(CLOCK_MONOTONIC);
  if (due_ns(from_ns, run->grown + BATCH, run->growth) > now) return;
  size_t length = 0;
  for (int i = 0; i < BATCH; i++) {
    owe(link, now, STORED);
    length += write_set(text + length, run->keys + run->grown++);
  }
  send_whole(link, text, length);
}

static void complete(struct run *run, struct link *link, uint64_t now) {
  uint64_t latency = now - link->owed[link->answered++ % MAX_OWED].due_ns;
  link->answer_offset = 0;
  if (!run->recording || link == run->growing) return;
  record(&run->latency, latency);
  if (latency > run->longest_ns) run->longest_ns = latency;
}

static void check_answers(struct run *run, struct link *link, const char *bytes, size_t length, uint64_t now) {
  while (length > 0) {
    if (link->answered == link->asked) fail("an answer came to no request");
    const char *expected = link->owed[link->answered % MAX_OWED].answer + link->answer_offset;
    size_t rest = strlen(expected);
    size_t part = rest < length ? rest : length;
    if (memcmp(bytes, expected, part) != 0) fail("a wrong answer: %.*s", (int)(length < 80 ? length : 80), bytes);
    bytes += part;
    length -= part;
    link->answer_offset += part;
    if (part == rest) complete(run, link, now);
  }
}

static void receive(struct run *run, struct link *link) {
  static char buffer[RECEIVE_BYTES];
  ssize_t got = recv(link->fd, buffer, sizeof buffer, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got < 0) fail("recv: %m");
  if (got == 0) fail("the store closed a connection");
  run->last_progress_ns = clock_ns(CLOCK_MONOTONIC);
  check_answers(run, link, buffer, (size_t)got, run->last_progress_ns);
}

/* Zero for who polls, and where something is due. */
static struct timespec until_due(const struct run *run) {
  uint64_t now = clock_ns(CLOCK_MONOTONIC);
  uint64_t due = due_ns(run->began_ns, run->asked, run->rate);
  if (!run->patient || due <= now) return (struct timespec){0};
  return (struct timespec){.tv_sec = (time_t)((due - now) / 1000000000), .tv_nsec = (long)((due - now) % 1000000000)};
}

static void receive_what_is_there(struct run *run) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  struct timespec wait = until_due(run);
  int count = epoll_pwait2(run->epoll, events, EVENTS_PER_WAIT, &wait, NULL);
  if (count < 0 && errno != EINTR) fail("epoll_wait: %m");
  for (int i = 0; i < count; i++) receive(run, events[i].data.ptr);
  int64_t silence_ns = (int64_t)(clock_ns(CLOCK_MONOTONIC) - run->last_progress_ns);
  if (silence_ns > PATIENCE_SECONDS * 1000000000ll) fail("no answer came for %d s", PATIENCE_SECONDS);
}

static void load_for(struct run *run, double seconds, bool growing) {
  uint64_t from = clock_ns(CLOCK_MONOTONIC);
  uint64_t end = from + (uint64_t)(seconds * 1e9);
  while (clock_ns(CLOCK_MONOTONIC) < end) {
    ask_what_is_due(run);
    if (growing) grow(run, from);
    receive_what_is_there(run);
  }
}

static void log_in(const struct run *run, const struct link *link) {
  char text[REQUEST_BYTES];
  char answer[sizeof "+OK\r\n"] = "";
  int length = sprintf(text, "*2\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n", strlen(run->password), run->password);
  send_whole(link, text, (size_t)length);
  if (recv(link->fd, answer, strlen(STORED), MSG_WAITALL) < 0) fail("recv: %m");
  if (strcmp(answer, STORED) != 0) fail("the store does not take the password");
}

static void open_link(struct run *run, struct link *link) {
  link->fd = connect_to_server(run->port);
  if (run->password != NULL) log_in(run, link);
  if (fcntl(link->fd, F_SETFL, O_NONBLOCK) != 0) fail("fcntl: %m");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
  if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, link->fd, &event) != 0) fail("epoll_ctl: %m");
}

static void open_links(struct run *run) {
  run->links = calloc(run->connections + 1, sizeof *run->links);
  run->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (run->links == NULL || run->epoll < 0) fail("starting: %m");
  for (uint32_t i = 0; i <= run->connections; i++) open_link(run, &run->links[i]);
  run->growing = &run->links[run->connections];
  run->began_ns = run->last_progress_ns = clock_ns(CLOCK_MONOTONIC);
}

static void drain(struct run *run) {
  for (uint32_t i = 0; i <= run->connections; i++) {
    while (run->links[i].answered < run->links[i].asked) receive_what_is_there(run);
    close(run->links[i].fd);
  }
  free(run->links);
}

/* Requests that are still owed when the window ends are waited for and counted: they may be the ones that took longest. */
static void measure(struct run *run) {
  open_links(run);
  load_for(run, run->warmup_seconds, false);
  struct window window = {.from = moment_now(run->server)};
  run->recording = true;
  load_for(run, run->seconds, run->growth > 0);
  window.to = moment_now(run->server);
  drain(run);
  if (run->latency.count == 0) fail("no answer came back");
  printf("{\"requests\":%lu,\"grown\":%lu,\"longestUs\":%.1f,\"lateP999Us\":%.2f,", (unsigned long)run->latency.count,
         (unsigned long)run->grown, (double)run->longest_ns / 1000, percentile_us(&run->lateness, 0.999));
  print_window(&window, &run->latency);
}

static double number(double lowest, double highest) {
  return number_between(optarg, lowest, highest, USAGE);
}

static const char *password(void) {
  if (strlen(optarg) > MOST_PASSWORD_BYTES) refuse(USAGE);
  return optarg;
}

static void apply(struct run *run, int flag) {
  switch (flag) {
    case 'p': run->port = (uint16_t)number(1, 65535); break;
    case 'P': run->server = (pid_t)number(1, 1 << 22); break;
    case 'c': run->connections = (uint32_t)number(1, 1000); break;
    case 'r': run->rate = number(1, 1e6); break;
    case 'k': run->keys = (uint64_t)number(1, 1e9); break;
    case 'g': run->growth = number(0, 1e7); break;
    case 'e': run->echo = true; break;
    case 'a': run->password = password(); break;
    case 'i': run->patient = true; break;
    case 'w': run->warmup_seconds = number(0, 60); break;
    case 't': run->seconds = number(0.1, 600); break;
    default: refuse(USAGE);
  }
}

int main(int argc, char **argv) {
  static const struct option known[] = {
      {"port", required_argument, NULL, 'p'},   {"pid", required_argument, NULL, 'P'},
      {"rate", required_argument, NULL, 'r'},   {"connections", required_argument, NULL, 'c'},
      {"keys", required_argument, NULL, 'k'},   {"growth", required_argument, NULL, 'g'},
      {"echo", no_argument, NULL, 'e'},         {"password", required_argument, NULL, 'a'},
      {"patient", no_argument, NULL, 'i'},
      {"warmup", required_argument, NULL, 'w'}, {"seconds", required_argument, NULL, 't'},
      {NULL, 0, NULL, 0}};
  static struct run run = {.connections = 50, .rate = 20000, .keys = 100000, .warmup_seconds = 0.5, .seconds = 2};
  int flag;
  while ((flag = getopt_long(argc, argv, "", known, NULL)) != -1) apply(&run, flag);
  /* What is due is asked for at once: without this, the kernel lets who waits sleep 50 us longer to wake several together. */
  if (run.patient && prctl(PR_SET_TIMERSLACK, 1) != 0) fail("prctl: %m");
  if (optind != argc || run.port == 0 || run.server == 0) refuse(USAGE);
  /* The last bound, should every other one fail: the default action of SIGALRM ends the program. */
  alarm((unsigned)(run.warmup_seconds + run.seconds) + 60);
  measure(&run);
}
