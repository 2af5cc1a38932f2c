#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
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
    EXPECT_EQUAL(el_setsockopt_linger(-1, 1, 0), -EBADF);
    EXPECT_EQUAL(el_setsockopt_linger(null, 1, 0), -ENOTSOCK);
    EXPECT_EQUAL(el_close(null), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}
