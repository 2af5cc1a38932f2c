/*
 * address.c - addresses into the kernel and out of it, and options, which come out in the same way.
 */
#include "calls.h"
#include "check.h"
#include "edgeloop.h"
#include "loan.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define ROOM ((uint32_t)sizeof(struct sockaddr_storage))

static struct loan lent_address(const struct world *world, struct input *input)
{
    const struct address address = world_address(world, input);
    const uint32_t length = take(input, 1) < 192 ? address.length : take_size(input, ROOM);
    struct loan loan = loan_of(length);
    memcpy(loan.bytes, address.bytes, length);
    loan_begin(&loan);
    return loan;
}

/* A socket that lives for this call, so that the world's keep their names and peers. */
static int32_t new_socket(struct input *input)
{
    static const int32_t families[] = {AF_INET, AF_INET6, AF_UNIX};
    const int32_t family = families[take_upto(input, 2)];
    const int32_t fd = el_socket(family, take_upto(input, 1) == 0 ? SOCK_STREAM : SOCK_DGRAM);
    el_setsockopt_linger(fd, 1, 0);
    return fd;
}

int32_t fuzz_bind(const struct world *world, struct input *input)
{
    struct loan address = lent_address(world, input);
    const int32_t fd = new_socket(input);
    const int32_t result = checked(el_bind(fd, address.bytes, (uint32_t)address.size), 0);
    loan_end(&address);
    el_close(fd);
    return result;
}

int32_t fuzz_connect(const struct world *world, struct input *input)
{
    struct loan address = lent_address(world, input);
    const int32_t fd = new_socket(input);
    const int32_t result = checked(el_connect(fd, address.bytes, (uint32_t)address.size), 0);
    loan_end(&address);
    el_close(fd);
    return result;
}

/* Of what is written `capacity` is the bound, also where the name is longer. */
static int32_t written(struct loan *loan, int32_t result)
{
    checked(result, ROOM);
    if (result > 0)
        loan_allow(loan, 0, (size_t)result < loan->size ? (size_t)result : loan->size);
    loan_end(loan);
    return result;
}

int32_t fuzz_getsockname(const struct world *world, struct input *input)
{
    struct loan name = loan_of(take_size(input, ROOM + 32));
    loan_begin(&name);
    return written(&name, el_getsockname(world_pick(world, input), name.bytes, (uint32_t)name.size));
}

int32_t fuzz_getpeername(const struct world *world, struct input *input)
{
    struct loan name = loan_of(take_size(input, ROOM + 32));
    loan_begin(&name);
    return written(&name, el_getpeername(world_pick(world, input), name.bytes, (uint32_t)name.size));
}

/* Only the family is told to be cleared where nobody came; where somebody did, the length of the name is not known. */
int32_t fuzz_accept(const struct world *world, struct input *input)
{
    struct loan name = loan_of(take_size(input, ROOM + 32));
    const int32_t listener = world_prefer(world, input, LISTENER, LISTENER);
    const struct address address = take_upto(input, 3) == 0 ? world_address(world, input) : world_listener(world);
    const int32_t client = el_socket(AF_INET, SOCK_STREAM);
    el_setsockopt_linger(client, 1, 0);
    el_connect(client, address.bytes, address.length);
    loan_begin(&name);
    const int32_t fd = checked(el_accept(listener, name.bytes, (uint32_t)name.size), INT32_MAX);
    const size_t cleared = name.size < sizeof(sa_family_t) ? 0 : sizeof(sa_family_t);
    loan_allow(&name, 0, fd < 0 ? cleared : name.size);
    loan_end(&name);
    el_close(client);
    if (fd >= 0)
        el_close(fd);
    return fd;
}

/* What edgeloop.h excepts is not among them. */
int32_t fuzz_getsockopt_bytes(const struct world *world, struct input *input)
{
    static const int32_t options[][2] = {
        {SOL_SOCKET, SO_LINGER},        {SOL_SOCKET, SO_PEERCRED},     {SOL_SOCKET, SO_PEERSEC},
        {SOL_SOCKET, SO_PEERGROUPS},    {SOL_SOCKET, SO_RCVTIMEO},     {SOL_SOCKET, SO_BINDTODEVICE},
        {SOL_SOCKET, SO_MEMINFO},       {SOL_SOCKET, SO_TYPE},         {IPPROTO_TCP, TCP_INFO},
        {IPPROTO_TCP, TCP_CONGESTION},  {IPPROTO_TCP, TCP_NODELAY},    {IPPROTO_TCP, TCP_ULP},
        {IPPROTO_IP, IP_OPTIONS},       {IPPROTO_IPV6, IPV6_V6ONLY},   {IPPROTO_TCP, 0x7fff},
    };
    const int32_t *const option = options[take_upto(input, sizeof options / sizeof options[0] - 1)];
    struct loan value = loan_of(take_size(input, 512));
    const int32_t fd = world_prefer(world, input, STREAM, SERVER);
    loan_begin(&value);
    const int32_t result = el_getsockopt_bytes(fd, option[0], option[1], value.bytes, (uint32_t)value.size);
    if (checked(result, (int64_t)value.size) > 0)
        loan_allow(&value, 0, (size_t)result);
    loan_end(&value);
    return result;
}
