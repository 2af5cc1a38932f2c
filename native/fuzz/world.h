/*
 * world.h - the descriptors that a run's calls are made on. All are non-blocking, and none leads out of the machine: the
 * sockets are pairs, on a loopback address, or have an abstract name. Each has something to read, as far as it can, and
 * is in the epoll set. They live for one run.
 */
#ifndef EDGELOOP_FUZZ_WORLD_H
#define EDGELOOP_FUZZ_WORLD_H

#include "input.h"

#include <sys/socket.h>

enum place {
    NOT_OPEN,
    NO_SOCKET,
    STREAM,
    STREAM_PEER,
    LISTENER,
    CLIENT,
    SERVER,
    UDP,
    UDP_CONNECTED,
    UNIX_DATAGRAM,
    UNIX_DATAGRAM_PEER,
    EVENTFD,
    TIMERFD,
    SIGNALFD,
    EPOLL,
    PLACES,
};

/* An address that may be dialled, bound or sent to. `length` is its true one. */
struct address {
    union {
        struct sockaddr_storage storage;
        uint8_t bytes[sizeof(struct sockaddr_storage)];
    };
    uint32_t length;
};

struct world {
    int32_t fds[PLACES];
};

void world_open(struct world *world);
void world_close(struct world *world);

/* What a descriptor is registered with beside its slot, so that a mixed-up triple shows. */
uint32_t world_generation(uint32_t slot);

/* Any of the descriptors: what is not of the kind that a call wants has its own errors. */
int32_t world_pick(const struct world *world, struct input *input);

/* More often than any other one of the places from `first` to `last`. */
int32_t world_prefer(const struct world *world, struct input *input, enum place first, enum place last);

struct address world_listener(const struct world *world);

/* One of this world's sockets, or of nobody's: an abstract name, an unspecified or an unknown family. */
struct address world_address(const struct world *world, struct input *input);

#endif
