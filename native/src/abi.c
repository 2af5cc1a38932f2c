/*
 * abi.c - what the caller has to agree with us about.
 *
 * TypeScript cannot include a C header, so it carries these numbers by hand and compares them with this table when it
 * loads the library. The order is that of kernel/abi.ts; a new line goes to the end of both, and EL_ABI_VERSION grows.
 */
#include "edgeloop.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

static const uint32_t constants[] = {
    EPOLLIN,
    EPOLLOUT,
    EPOLLERR,
    EPOLLHUP,
    EPOLLRDHUP,
    EPOLLEXCLUSIVE,
    EPOLLONESHOT,
    EPOLLET,
    EPERM,
    EINTR,
    EAGAIN,
    ENOMEM,
    EMFILE,
    ENFILE,
    EPIPE,
    ECONNABORTED,
    ECONNRESET,
    ENOBUFS,
    EINPROGRESS,
    EADDRINUSE,
    ECONNREFUSED,
    ETIMEDOUT,
    AF_UNIX,
    AF_INET,
    AF_INET6,
    SOCK_STREAM,
    SOCK_DGRAM,
    SOL_SOCKET,
    SO_REUSEADDR,
    SO_REUSEPORT,
    SO_KEEPALIVE,
    SO_ERROR,
    SO_SNDBUF,
    SO_RCVBUF,
    SO_LINGER,
    IPPROTO_TCP,
    TCP_NODELAY,
    TCP_KEEPIDLE,
    TCP_KEEPINTVL,
    TCP_KEEPCNT,
    TCP_USER_TIMEOUT,
    IPPROTO_IPV6,
    IPV6_V6ONLY,
    SHUT_RD,
    SHUT_WR,
    SHUT_RDWR,
    sizeof(struct sockaddr_in),
    sizeof(struct sockaddr_in6),
    sizeof(struct sockaddr_storage),
    offsetof(struct sockaddr_in, sin_port),
    offsetof(struct sockaddr_in, sin_addr),
    offsetof(struct sockaddr_in6, sin6_port),
    offsetof(struct sockaddr_in6, sin6_addr),
    offsetof(struct sockaddr_in6, sin6_scope_id),
    EL_EPOLL_BATCH,
    EPROTOTYPE,
    ENOENT,
    SO_PEERCRED,
    SO_BROADCAST,
    sizeof(struct sockaddr_un),
    offsetof(struct sockaddr_un, sun_path),
    MSG_TRUNC,
    EL_DATAGRAM_BATCH,
    TCP_INFO,
    offsetof(struct tcp_info, tcpi_rtt),
    offsetof(struct tcp_info, tcpi_total_retrans),
    EINVAL,
    EL_DESCRIPTOR_BATCH,
    EPOLLPRI,
    SOCK_SEQPACKET,
};

int32_t el_abi_version(void)
{
    return EL_ABI_VERSION;
}

int32_t el_abi_describe(uint32_t *values, int32_t capacity)
{
    const int32_t count = sizeof constants / sizeof constants[0];
    for (int32_t i = 0; i < count && i < capacity; i++)
        values[i] = constants[i];
    return count;
}
