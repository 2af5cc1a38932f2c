/*
 * socket.c - sockets and their addresses. Every socket is non-blocking and close-on-exec from birth, so that no moment
 * exists in which it could block the loop or leak into a child process.
 */
#include "edgeloop.h"
#include "lent.h"
#include "syscall.h"

#include <stddef.h>
#include <sys/socket.h>

int32_t el_socket(int32_t family, int32_t type)
{
    return EL_SYSCALL(SYS_socket, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int32_t el_bind(int32_t fd, const uint8_t *address, uint32_t length)
{
    return EL_SYSCALL(SYS_bind, fd, lent_to_read(address, 0, length), length);
}

int32_t el_listen(int32_t fd, int32_t backlog)
{
    return EL_SYSCALL(SYS_listen, fd, backlog);
}

int32_t el_connect(int32_t fd, const uint8_t *address, uint32_t length)
{
    return EL_SYSCALL(SYS_connect, fd, lent_to_read(address, 0, length), length);
}

/* The family is cleared first because the length that the kernel wrote does not reach the caller: without that, the
 * address of an earlier peer would be taken for this one's. */
int32_t el_accept(int32_t fd, uint8_t *address, uint32_t capacity)
{
    uint32_t length = capacity;
    if (capacity >= sizeof(sa_family_t))
        address[0] = address[1] = 0;
    return EL_SYSCALL(SYS_accept4, fd, lent_to_write(address, 0, capacity), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int32_t el_getsockname(int32_t fd, uint8_t *address, uint32_t capacity)
{
    uint32_t length = capacity;
    const int32_t result = EL_SYSCALL(SYS_getsockname, fd, lent_to_write(address, 0, capacity), &length);
    return result < 0 ? result : (int32_t)length;
}

int32_t el_getpeername(int32_t fd, uint8_t *address, uint32_t capacity)
{
    uint32_t length = capacity;
    const int32_t result = EL_SYSCALL(SYS_getpeername, fd, lent_to_write(address, 0, capacity), &length);
    return result < 0 ? result : (int32_t)length;
}
