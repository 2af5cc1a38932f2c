#include "edgeloop.h"
#include "harness.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Written out a second time, because the order is a promise: a line moved in src/abi.c has to fail here. */
static const uint32_t expected[] = {
    EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP, EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLET,
    EPERM, EINTR, EAGAIN, ENOMEM, EMFILE, ENFILE, EPIPE, ECONNABORTED, ECONNRESET, ENOBUFS, EINPROGRESS, EADDRINUSE,
    ECONNREFUSED, ETIMEDOUT,
    AF_UNIX, AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM,
    SOL_SOCKET, SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE, SO_ERROR, SO_SNDBUF, SO_RCVBUF, SO_LINGER,
    IPPROTO_TCP, TCP_NODELAY, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT,
    IPPROTO_IPV6, IPV6_V6ONLY,
    SHUT_RD, SHUT_WR, SHUT_RDWR,
    sizeof(struct sockaddr_in), sizeof(struct sockaddr_in6), sizeof(struct sockaddr_storage),
    offsetof(struct sockaddr_in, sin_port), offsetof(struct sockaddr_in, sin_addr),
    offsetof(struct sockaddr_in6, sin6_port), offsetof(struct sockaddr_in6, sin6_addr),
    offsetof(struct sockaddr_in6, sin6_scope_id),
    EL_EPOLL_BATCH,
    EPROTOTYPE, ENOENT,
    SO_PEERCRED, SO_BROADCAST,
    sizeof(struct sockaddr_un), offsetof(struct sockaddr_un, sun_path),
    MSG_TRUNC, EL_DATAGRAM_BATCH,
    TCP_INFO, offsetof(struct tcp_info, tcpi_rtt), offsetof(struct tcp_info, tcpi_total_retrans),
    EINVAL,
    EL_DESCRIPTOR_BATCH,
    EPOLLPRI,
    SOCK_SEQPACKET,
};

#define COUNT ((int32_t)(sizeof expected / sizeof expected[0]))
#define UNTOUCHED 0xdeadbeefu

TEST(abi_version_is_the_headers)
{
    EXPECT_EQUAL(el_abi_version(), EL_ABI_VERSION);
}

TEST(abi_describe_equals_the_c_library_headers_in_order)
{
    uint32_t values[COUNT + 1];
    values[COUNT] = UNTOUCHED;
    EXPECT_EQUAL(el_abi_describe(values, COUNT + 1), COUNT);
    for (int32_t i = 0; i < COUNT; i++)
        EXPECT_EQUAL(values[i], expected[i]);
    EXPECT_EQUAL(values[COUNT], UNTOUCHED);
}

TEST(abi_describe_writes_no_further_than_its_capacity)
{
    uint32_t values[3] = {UNTOUCHED, UNTOUCHED, UNTOUCHED};
    EXPECT_EQUAL(el_abi_describe(values, 2), COUNT);
    EXPECT_EQUAL(values[0], EPOLLIN);
    EXPECT_EQUAL(values[1], EPOLLOUT);
    EXPECT_EQUAL(values[2], UNTOUCHED);
}

TEST(abi_describe_only_counts_when_there_is_no_capacity)
{
    EXPECT_EQUAL(el_abi_describe(NULL, 0), COUNT);
    EXPECT_EQUAL(el_abi_describe(NULL, -1), COUNT);
}
