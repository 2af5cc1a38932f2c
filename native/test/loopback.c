/*
 * loopback.c - see loopback.h.
 */
#include "loopback.h"

#include "edgeloop.h"
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>

#define PATIENCE_MS 5000

struct sockaddr_in loopback_address(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

int32_t loopback_bound(void)
{
    const struct sockaddr_in address = loopback_address(0);
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT(fd >= 0);
    EXPECT_EQUAL(el_bind(fd, (const uint8_t *)&address, sizeof address), 0);
    return fd;
}

int32_t loopback_listener(void)
{
    const int32_t fd = loopback_bound();
    EXPECT_EQUAL(el_listen(fd, 16), 0);
    return fd;
}

struct sockaddr_in loopback_name(int32_t fd)
{
    struct sockaddr_in address;
    EXPECT_EQUAL(el_getsockname(fd, (uint8_t *)&address, sizeof address), sizeof address);
    return address;
}

int32_t loopback_client(int32_t listener)
{
    const struct sockaddr_in address = loopback_name(listener);
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT(fd >= 0);
    const int32_t result = el_connect(fd, (const uint8_t *)&address, sizeof address);
    EXPECT(result == 0 || result == -EINPROGRESS);
    return fd;
}

struct pair loopback_pair(void)
{
    struct pair pair;
    const int32_t listener = loopback_listener();
    pair.client = loopback_client(listener);
    wait_for(listener, POLLIN);
    pair.server = el_accept(listener, NULL, 0);
    EXPECT(pair.server >= 0);
    wait_for(pair.client, POLLOUT);
    EXPECT_EQUAL(el_close(listener), 0);
    return pair;
}

void loopback_close(struct pair pair)
{
    EXPECT_EQUAL(el_close(pair.client), 0);
    EXPECT_EQUAL(el_close(pair.server), 0);
}

void wait_for(int32_t fd, short events)
{
    struct pollfd ready = {.fd = fd, .events = events};
    EXPECT_EQUAL(poll(&ready, 1, PATIENCE_MS), 1);
}

bool is_nonblocking(int32_t fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

bool is_close_on_exec(int32_t fd)
{
    return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}
