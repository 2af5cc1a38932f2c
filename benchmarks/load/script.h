/*
 * script.h - what clients are to do, read from standard input: one client on each line, a list of steps, such as
 *
 *   mss 536 connect send 100 pause 2 send 4000 await 4100 finish end
 *
 * A play is the same however fast anybody is: nothing in it happens at a time, all of it happens after something.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdint.h>
#include <stdio.h>

enum act {
  /* Before connect: the largest segment and the receive buffer, in bytes. Small segments make the server's send buffer
   * small as well, for the kernel reckons with a window of ten of them at the start (tcp(7), TCP_MAXSEG). */
  ACT_MSS,
  ACT_WINDOW,
  ACT_CONNECT,
  /* From now on, take at most so many bytes at once, and rest so many milliseconds between. */
  ACT_BITE,
  ACT_REST,
  /* So many further bytes are sent, as fast as the socket takes them. */
  ACT_SEND,
  /* One urgent byte (tcp(7)), which stands beside the stream: it does not count, and does not come back. At most one on a
   * connection, for a second one makes an ordinary byte of the first if that has not been passed. */
  ACT_URGENT,
  ACT_PAUSE,
  /* Until so many bytes have come back in all. */
  ACT_AWAIT,
  /* Until all clients with this step have come to it: so many are connected at once. */
  ACT_MEET,
  /* shutdown(SHUT_WR): the FIN. */
  ACT_FINISH,
  /* Four last steps. Until the server ends the connection; until only such clients are left that stay, which then find
   * theirs open; close(2) with a RST; and close(2) as it comes. */
  ACT_END,
  ACT_STAY,
  ACT_RESET,
  ACT_LEAVE,
};

struct step {
  enum act act;
  uint32_t amount;
};

struct role {
  struct step *steps;
  uint32_t count;
};

struct script {
  struct role *roles;
  uint32_t count;
};

/* Ends the program where a line is no list of steps. */
struct script read_script(FILE *input);

#endif
