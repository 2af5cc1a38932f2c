/*
 * world.c - see world.h.
 */
#include "world.h"

#include "check.h"
#include "edgeloop.h"

#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>

#define PATIENCE_MS 5000

static struct address loopback(void)
{
    struct address address = {.length = sizeof(struct sockaddr_in)};
    struct sockaddr_in *const name = (struct sockaddr_in *)&address.storage;
    name->sin_family = AF_INET;
    name->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static struct address name_of(int32_t fd)
{
    struct address address = {.length = 0};
    const int32_t length = el_getsockname(fd, address.bytes, sizeof address.bytes);
    CHECK(length > 0);
    address.length = (uint32_t)length;
    return address;
}

static int32_t bound(int32_t type)
{
    const struct address any = loopback();
    const int32_t fd = el_socket(AF_INET, type);
    CHECK(fd >= 0);
    CHECK(el_bind(fd, any.bytes, any.length) == 0);
    return fd;
}

static int32_t connected(int32_t type, int32_t to)
{
    const struct address peer = name_of(to);
    const int32_t fd = bound(type);
    el_connect(fd, peer.bytes, peer.length);
    return fd;
}

static void pair(struct world *world, int type, enum place one, enum place other)
{
    int fds[2];
    CHECK(socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    world->fds[one] = fds[0];
    world->fds[other] = fds[1];
}

static void wait_for(int32_t fd, short events)
{
    struct pollfd ready = {.fd = fd, .events = events};
    CHECK(poll(&ready, 1, PATIENCE_MS) == 1);
}

/* Most runs would read before they send. */
static void prefill(const struct world *world)
{
    static const enum place senders[] = {
        STREAM, STREAM_PEER, CLIENT, SERVER, UDP_CONNECTED, UDP_CONNECTED, UNIX_DATAGRAM, UNIX_DATAGRAM_PEER,
    };
    static const uint8_t text[64] = "what was sent before";
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++)
        CHECK(el_send(world->fds[senders[i]], text, 0, 16 + (uint32_t)i) > 0);
}

uint32_t world_generation(uint32_t slot)
{
    return slot * 0x9e3779b9u + 1;
}

/* Not all can be: /dev/null is always ready, and the set is not in itself. */
static void watch(const struct world *world)
{
    for (uint32_t place = NO_SOCKET; place < PLACES; place++)
        el_epoll_add(world->fds[EPOLL], world->fds[place], EPOLLIN, place, world_generation(place));
}

void world_open(struct world *world)
{
    world->fds[NOT_OPEN] = -1;
    world->fds[NO_SOCKET] = el_open_null();
    pair(world, SOCK_STREAM, STREAM, STREAM_PEER);
    pair(world, SOCK_DGRAM, UNIX_DATAGRAM, UNIX_DATAGRAM_PEER);
    world->fds[LISTENER] = bound(SOCK_STREAM);
    CHECK(el_listen(world->fds[LISTENER], 16) == 0);
    world->fds[CLIENT] = connected(SOCK_STREAM, world->fds[LISTENER]);
    wait_for(world->fds[LISTENER], POLLIN);
    world->fds[SERVER] = el_accept(world->fds[LISTENER], NULL, 0);
    wait_for(world->fds[CLIENT], POLLOUT);
    world->fds[UDP] = bound(SOCK_DGRAM);
    world->fds[UDP_CONNECTED] = connected(SOCK_DGRAM, world->fds[UDP]);
    world->fds[EVENTFD] = el_eventfd_create();
    world->fds[TIMERFD] = el_timerfd_create();
    world->fds[SIGNALFD] = el_signalfd(-1, 0, UINT32_MAX);
    world->fds[EPOLL] = el_epoll_create();
    for (int32_t place = NOT_OPEN + 1; place < PLACES; place++)
        CHECK(world->fds[place] >= 0);
    prefill(world);
    watch(world);
}

/* Signals that a run has raised are pending in its thread, and would be read by the next one. */
static void drain(int32_t signalfd)
{
    int32_t quads[EL_SIGNAL_BATCH * 4];
    CHECK(el_signalfd(signalfd, UINT32_MAX, UINT32_MAX) == signalfd);
    while (el_signalfd_read(signalfd, quads, EL_SIGNAL_BATCH) > 0)
        continue;
}

/* The connection ends with a reset, as thousands of them would use up the ports that wait for their peer's last word. */
void world_close(struct world *world)
{
    drain(world->fds[SIGNALFD]);
    el_setsockopt_linger(world->fds[CLIENT], 1, 0);
    el_setsockopt_linger(world->fds[SERVER], 1, 0);
    for (int32_t place = NOT_OPEN + 1; place < PLACES; place++)
        CHECK(el_close(world->fds[place]) == 0);
}

int32_t world_pick(const struct world *world, struct input *input)
{
    return world->fds[take_upto(input, PLACES - 1)];
}

int32_t world_prefer(const struct world *world, struct input *input, enum place first, enum place last)
{
    if (take_upto(input, 7) == 0)
        return world_pick(world, input);
    return world->fds[first + take_upto(input, last - first)];
}

struct address world_listener(const struct world *world)
{
    return name_of(world->fds[LISTENER]);
}

static struct address abstract(void)
{
    struct address address = {.length = offsetof(struct sockaddr_un, sun_path) + 8};
    struct sockaddr_un *const name = (struct sockaddr_un *)&address.storage;
    name->sun_family = AF_UNIX;
    memcpy(name->sun_path, "\0el-fuzz", 8);
    return address;
}

struct address world_address(const struct world *world, struct input *input)
{
    static const enum place named[] = {UDP, UDP_CONNECTED, LISTENER, CLIENT};
    const uint32_t choice = take_upto(input, 7);
    if (choice < 4)
        return name_of(world->fds[named[choice]]);
    struct address address = choice < 6 ? abstract() : loopback();
    if (choice == 5)
        address.length = sizeof address.bytes;
    if (choice == 6)
        address.storage.ss_family = AF_UNSPEC;
    if (choice == 7)
        address.storage.ss_family = 0x7fff;
    return address;
}
