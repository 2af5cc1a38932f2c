/*
 * program.h - what every load generator does alike: it connects, it reads its numbers and it fails.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdint.h>

/* Every wait on the server is bounded: a server that does not answer for so long has failed. */
enum { PATIENCE_SECONDS = 5 };

/* Connects to 127.0.0.1, blocking, with TCP_NODELAY, and with reads and writes that give up after PATIENCE_SECONDS. */
int connect_to_server(uint16_t port);

/* The same from this address, in the host's byte order. */
int connect_from(uint32_t source, uint16_t port);

/* Lets this process have so many descriptors, or ends it. */
void allow_descriptors(uint32_t needed);

/* The number that an option gives, or the end of the program with its usage. */
double number_between(const char *text, double lowest, double highest, const char *usage);

/* Says how the program is used and ends it with status 2. */
void refuse(const char *usage) __attribute__((noreturn));

/* Says what went wrong and ends the program with status 1. Write %m for the text of errno. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
