#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

static void expect_kept(int32_t fd, int32_t level, int32_t name, int32_t value)
{
    EXPECT_EQUAL(el_setsockopt(fd, level, name, value), 0);
    EXPECT_EQUAL(el_getsockopt(fd, level, name), value);
}

TEST(options_keep_the_value_they_were_set_to)
{
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    expect_kept(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    expect_kept(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    expect_kept(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    expect_kept(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    expect_kept(fd, IPPROTO_TCP, TCP_NODELAY, 0);
    expect_kept(fd, IPPROTO_TCP, TCP_KEEPIDLE, 61);
    expect_kept(fd, IPPROTO_TCP, TCP_KEEPINTVL, 7);
    expect_kept(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
    expect_kept(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 12345);
    EXPECT_EQUAL(el_close(fd), 0);
}

/* The kernel doubles the sizes of buffers for its own bookkeeping, see socket(7). */
TEST(buffer_sizes_come_back_doubled)
{
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(el_setsockopt(fd, SOL_SOCKET, SO_SNDBUF, 20000), 0);
    EXPECT_EQUAL(el_getsockopt(fd, SOL_SOCKET, SO_SNDBUF), 40000);
    EXPECT_EQUAL(el_setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 30000), 0);
    EXPECT_EQUAL(el_getsockopt(fd, SOL_SOCKET, SO_RCVBUF), 60000);
    EXPECT_EQUAL(el_close(fd), 0);
}

/* SO_LINGER takes a struct of two ints, which an int alone cannot be. */
TEST(setting_an_option_that_is_no_int_is_einval)
{
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(el_setsockopt(fd, SOL_SOCKET, SO_LINGER, 1), -EINVAL);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(linger_is_kept_with_its_seconds)
{
    struct linger linger;
    socklen_t length = sizeof linger;
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(el_setsockopt_linger(fd, 1, 7), 0);
    EXPECT_EQUAL(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length), 0);
    EXPECT_EQUAL(linger.l_onoff, 1);
    EXPECT_EQUAL(linger.l_linger, 7);
    EXPECT_EQUAL(el_setsockopt_linger(fd, 0, 0), 0);
    EXPECT_EQUAL(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length), 0);
    EXPECT_EQUAL(linger.l_onoff, 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(closing_with_a_linger_of_zero_resets_the_connection)
{
    uint8_t byte;
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_setsockopt_linger(pair.client, 1, 0), 0);
    EXPECT_EQUAL(el_close(pair.client), 0);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(el_recv(pair.server, &byte, 0, 1), -ECONNRESET);
    EXPECT_EQUAL(el_close(pair.server), 0);
}

/* The name of the device is empty, so nothing is written; what was on the stack must not come back. qemu,
 * when it plays the kernel, writes a byte of its own stack all the same. */
TEST(an_option_that_the_kernel_leaves_empty_is_zero)
{
    char name[] = "###";
    socklen_t length = sizeof name;
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length), 0);
    if (name[0] != '#')
        SKIP("this kernel writes what it should not");
    EXPECT_EQUAL(el_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

#define GUARD 0xa5

TEST(an_option_that_is_a_struct_comes_as_bytes)
{
    struct tcp_info info = {0};
    const struct pair pair = loopback_pair();
    const int32_t length = el_getsockopt_bytes(pair.client, IPPROTO_TCP, TCP_INFO, (uint8_t *)&info, sizeof info);
    EXPECT(length > (int32_t)offsetof(struct tcp_info, tcpi_total_retrans));
    EXPECT(length <= (int32_t)sizeof info);
    EXPECT_EQUAL(info.tcpi_state, TCP_ESTABLISHED);
    EXPECT(info.tcpi_rtt > 0);
    EXPECT_EQUAL(info.tcpi_total_retrans, 0);
    loopback_close(pair);
}

TEST(an_option_is_written_no_further_than_its_capacity)
{
    uint8_t value[16];
    memset(value, GUARD, sizeof value);
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_getsockopt_bytes(pair.client, IPPROTO_TCP, TCP_INFO, value, 8), 8);
    EXPECT_EQUAL(value[0], TCP_ESTABLISHED);
    for (int32_t i = 8; i < 16; i++)
        EXPECT_EQUAL(value[i], GUARD);
    EXPECT_EQUAL(el_getsockopt_bytes(pair.client, IPPROTO_TCP, TCP_INFO, value, 0), 0);
    EXPECT_EQUAL(value[0], TCP_ESTABLISHED);
    loopback_close(pair);
}

TEST(an_option_shorter_than_its_room_tells_its_length)
{
    uint8_t value[16];
    memset(value, GUARD, sizeof value);
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(el_getsockopt_bytes(fd, SOL_SOCKET, SO_LINGER, value, sizeof value), sizeof(struct linger));
    EXPECT_EQUAL(value[sizeof(struct linger)], GUARD);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(option_errors)
{
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    const int32_t null = el_open_null();
    EXPECT_EQUAL(el_setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, 1), -EBADF);
    EXPECT_EQUAL(el_getsockopt(-1, SOL_SOCKET, SO_ERROR), -EBADF);
    EXPECT_EQUAL(el_setsockopt(null, SOL_SOCKET, SO_REUSEADDR, 1), -ENOTSOCK);
    EXPECT_EQUAL(el_getsockopt(null, SOL_SOCKET, SO_ERROR), -ENOTSOCK);
    EXPECT_EQUAL(el_setsockopt(fd, SOL_SOCKET, 0x7fff, 1), -ENOPROTOOPT);
    EXPECT_EQUAL(el_getsockopt(fd, SOL_SOCKET, 0x7fff), -ENOPROTOOPT);
    uint8_t byte;
    EXPECT_EQUAL(el_getsockopt_bytes(-1, IPPROTO_TCP, TCP_INFO, &byte, 1), -EBADF);
    EXPECT_EQUAL(el_getsockopt_bytes(null, IPPROTO_TCP, TCP_INFO, &byte, 1), -ENOTSOCK);
    EXPECT_EQUAL(el_getsockopt_bytes(fd, IPPROTO_TCP, 0x7fff, &byte, 1), -ENOPROTOOPT);
    EXPECT_EQUAL(el_getsockopt_bytes(fd, IPPROTO_TCP, TCP_INFO, NULL, 256), -EFAULT);
    EXPECT_EQUAL(el_setsockopt_linger(-1, 1, 0), -EBADF);
    EXPECT_EQUAL(el_setsockopt_linger(null, 1, 0), -ENOTSOCK);
    EXPECT_EQUAL(el_close(null), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}
