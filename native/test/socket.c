#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

TEST(socket_is_nonblocking_and_close_on_exec)
{
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT(fd >= 0);
    EXPECT(is_nonblocking(fd));
    EXPECT(is_close_on_exec(fd));
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(socket_knows_datagrams_and_unix_too)
{
    const int32_t datagram = el_socket(AF_INET, SOCK_DGRAM);
    const int32_t local = el_socket(AF_UNIX, SOCK_STREAM);
    EXPECT(datagram >= 0);
    EXPECT(local >= 0);
    EXPECT_EQUAL(el_close(datagram), 0);
    EXPECT_EQUAL(el_close(local), 0);
}

TEST(socket_of_an_unknown_family_is_eafnosupport)
{
    EXPECT_EQUAL(el_socket(0x7fff, SOCK_STREAM), -EAFNOSUPPORT);
}

TEST(bind_of_a_taken_address_is_eaddrinuse)
{
    const int32_t listener = loopback_listener();
    const struct sockaddr_in taken = loopback_name(listener);
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(el_bind(fd, (const uint8_t *)&taken, sizeof taken), -EADDRINUSE);
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_close(listener), 0);
}

TEST(accept_gives_the_address_of_the_peer)
{
    uint8_t address[sizeof(struct sockaddr_storage)];
    memset(address, 0xff, sizeof address);
    const int32_t listener = loopback_listener();
    const int32_t client = loopback_client(listener);
    const struct sockaddr_in expected = loopback_name(client);
    wait_for(listener, POLLIN);
    const int32_t server = el_accept(listener, address, sizeof address);
    EXPECT(server >= 0);
    EXPECT_EQUAL(memcmp(address, &expected, sizeof expected), 0);
    EXPECT_EQUAL(address[sizeof expected], 0xff);
    EXPECT_EQUAL(el_close(listener), 0);
    loopback_close((struct pair){client, server});
}

TEST(accept_sets_nonblocking_and_close_on_exec)
{
    const struct pair pair = loopback_pair();
    EXPECT(is_nonblocking(pair.server));
    EXPECT(is_close_on_exec(pair.server));
    loopback_close(pair);
}

TEST(accept_with_nobody_waiting_is_eagain_and_clears_the_family)
{
    uint8_t address[4] = {0xff, 0xff, 0xff, 0xff};
    const int32_t listener = loopback_listener();
    EXPECT_EQUAL(el_accept(listener, address, sizeof address), -EAGAIN);
    EXPECT_EQUAL(address[0], 0);
    EXPECT_EQUAL(address[1], 0);
    EXPECT_EQUAL(address[2], 0xff);
    EXPECT_EQUAL(address[3], 0xff);
    EXPECT_EQUAL(el_close(listener), 0);
}

static void expect_accept_writes_no_further_than(uint32_t capacity)
{
    uint8_t address[8];
    memset(address, 0xff, sizeof address);
    const int32_t listener = loopback_listener();
    const int32_t client = loopback_client(listener);
    wait_for(listener, POLLIN);
    const int32_t server = el_accept(listener, address, capacity);
    EXPECT(server >= 0);
    for (uint32_t i = capacity; i < sizeof address; i++)
        EXPECT_EQUAL(address[i], 0xff);
    EXPECT_EQUAL(el_close(listener), 0);
    loopback_close((struct pair){client, server});
}

TEST(accept_writes_no_further_than_its_capacity)
{
    for (uint32_t capacity = 0; capacity <= 4; capacity++)
        expect_accept_writes_no_further_than(capacity);
}

/* Leaves no descriptor free to this process. Returns the limit to put back. */
static struct rlimit exhaust_descriptors(void)
{
    struct rlimit before;
    const int32_t lowest_free = el_open_null();
    EXPECT(lowest_free >= 0);
    EXPECT_EQUAL(el_close(lowest_free), 0);
    EXPECT_EQUAL(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit full = {(rlim_t)lowest_free, before.rlim_max};
    EXPECT_EQUAL(setrlimit(RLIMIT_NOFILE, &full), 0);
    return before;
}

/* The kernel keeps the connection that it could not accept. The second client is for valgrind, which accepts and
 * closes the first one when it plays the part of the limit. */
TEST(accept_without_a_free_descriptor_is_emfile_until_the_reserve_is_closed)
{
    const int32_t reserve = el_open_null();
    const int32_t listener = loopback_listener();
    const int32_t clients[] = {loopback_client(listener), loopback_client(listener)};
    wait_for(clients[0], POLLOUT);
    wait_for(clients[1], POLLOUT);
    const struct rlimit before = exhaust_descriptors();
    EXPECT_EQUAL(el_accept(listener, NULL, 0), -EMFILE);
    EXPECT_EQUAL(el_socket(AF_INET, SOCK_STREAM), -EMFILE);
    EXPECT_EQUAL(el_open_null(), -EMFILE);
    EXPECT_EQUAL(el_close(reserve), 0);
    EXPECT_EQUAL(el_accept(listener, NULL, 0), reserve);
    EXPECT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQUAL(el_close(reserve), 0);
    EXPECT_EQUAL(el_close(clients[0]), 0);
    EXPECT_EQUAL(el_close(clients[1]), 0);
    EXPECT_EQUAL(el_close(listener), 0);
}

TEST(connect_reaches_a_listener)
{
    const int32_t listener = loopback_listener();
    const int32_t client = loopback_client(listener);
    wait_for(client, POLLOUT);
    EXPECT_EQUAL(el_getsockopt(client, SOL_SOCKET, SO_ERROR), 0);
    EXPECT_EQUAL(el_close(client), 0);
    EXPECT_EQUAL(el_close(listener), 0);
}

/* The refusal may come at once or through SO_ERROR; which of the two is the kernel's business. */
TEST(connect_to_a_port_without_listener_is_econnrefused)
{
    const int32_t deaf = loopback_bound();
    const struct sockaddr_in address = loopback_name(deaf);
    const int32_t client = el_socket(AF_INET, SOCK_STREAM);
    int32_t result = el_connect(client, (const uint8_t *)&address, sizeof address);
    if (result == -EINPROGRESS) {
        wait_for(client, POLLOUT);
        result = -el_getsockopt(client, SOL_SOCKET, SO_ERROR);
    }
    EXPECT_EQUAL(result, -ECONNREFUSED);
    EXPECT_EQUAL(el_close(client), 0);
    EXPECT_EQUAL(el_close(deaf), 0);
}

/* Binding a bare family makes the kernel choose a name in the abstract namespace, so that no file is left behind. */
TEST(unix_sockets_bind_connect_and_accept)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int32_t listener = el_socket(AF_UNIX, SOCK_STREAM);
    const int32_t client = el_socket(AF_UNIX, SOCK_STREAM);
    EXPECT_EQUAL(el_bind(listener, (const uint8_t *)&address, sizeof address.sun_family), 0);
    const int32_t length = el_getsockname(listener, (uint8_t *)&address, sizeof address);
    EXPECT(length > (int32_t)sizeof address.sun_family);
    EXPECT_EQUAL(el_connect(client, (const uint8_t *)&address, (uint32_t)length), -ECONNREFUSED);
    EXPECT_EQUAL(el_listen(listener, 1), 0);
    EXPECT_EQUAL(el_connect(client, (const uint8_t *)&address, (uint32_t)length), 0);
    const int32_t server = el_accept(listener, (uint8_t *)&address, sizeof address);
    EXPECT(server >= 0);
    EXPECT_EQUAL(address.sun_family, AF_UNIX);
    EXPECT_EQUAL(el_close(listener), 0);
    loopback_close((struct pair){client, server});
}

TEST(ipv6_sockets_bind_and_tell_their_name)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const int32_t fd = el_socket(AF_INET6, SOCK_STREAM);
    if (fd == -EAFNOSUPPORT)
        SKIP("this kernel has no IPv6");
    const int32_t bound = el_bind(fd, (const uint8_t *)&address, sizeof address);
    if (bound == -EADDRNOTAVAIL)
        SKIP("::1 is not configured");
    EXPECT_EQUAL(bound, 0);
    EXPECT_EQUAL(el_getsockname(fd, (uint8_t *)&address, sizeof address), sizeof address);
    EXPECT_EQUAL(address.sin6_family, AF_INET6);
    EXPECT(address.sin6_port != 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(getpeername_of_one_end_is_getsockname_of_the_other)
{
    struct sockaddr_in peer;
    const struct pair pair = loopback_pair();
    const struct sockaddr_in own = loopback_name(pair.client);
    EXPECT_EQUAL(el_getpeername(pair.server, (uint8_t *)&peer, sizeof peer), sizeof peer);
    EXPECT_EQUAL(memcmp(&own, &peer, sizeof peer), 0);
    loopback_close(pair);
}

TEST(names_are_cut_to_the_capacity_and_keep_their_length)
{
    uint8_t name[4];
    const struct pair pair = loopback_pair();
    memset(name, 0xff, sizeof name);
    EXPECT_EQUAL(el_getsockname(pair.client, name, 2), sizeof(struct sockaddr_in));
    EXPECT_EQUAL(name[2], 0xff);
    EXPECT_EQUAL(el_getpeername(pair.client, name, 3), sizeof(struct sockaddr_in));
    EXPECT_EQUAL(name[3], 0xff);
    loopback_close(pair);
}

TEST(getpeername_without_a_peer_is_enotconn)
{
    uint8_t name[sizeof(struct sockaddr_in)];
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(el_getpeername(fd, name, sizeof name), -ENOTCONN);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(socket_calls_on_a_descriptor_that_is_not_open_are_ebadf)
{
    const struct sockaddr_in address = loopback_address(1);
    uint8_t name[sizeof address];
    EXPECT_EQUAL(el_bind(-1, (const uint8_t *)&address, sizeof address), -EBADF);
    EXPECT_EQUAL(el_listen(-1, 1), -EBADF);
    EXPECT_EQUAL(el_connect(-1, (const uint8_t *)&address, sizeof address), -EBADF);
    EXPECT_EQUAL(el_accept(-1, name, sizeof name), -EBADF);
    EXPECT_EQUAL(el_getsockname(-1, name, sizeof name), -EBADF);
    EXPECT_EQUAL(el_getpeername(-1, name, sizeof name), -EBADF);
}

TEST(socket_calls_on_something_else_are_enotsock)
{
    const struct sockaddr_in address = loopback_address(1);
    const int32_t null = el_open_null();
    EXPECT_EQUAL(el_bind(null, (const uint8_t *)&address, sizeof address), -ENOTSOCK);
    EXPECT_EQUAL(el_listen(null, 1), -ENOTSOCK);
    EXPECT_EQUAL(el_accept(null, NULL, 0), -ENOTSOCK);
    EXPECT_EQUAL(el_close(null), 0);
}
