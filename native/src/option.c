/*
 * option.c - socket options whose value is an int, and SO_LINGER, which takes a struct. Set as an int, one that takes a
 * struct fails with -EINVAL.
 */
#include "edgeloop.h"
#include "syscall.h"

#include <sys/socket.h>

int32_t el_setsockopt(int32_t fd, int32_t level, int32_t name, int32_t value)
{
    return EL_SYSCALL(SYS_setsockopt, fd, level, name, &value, sizeof value);
}

/* The value starts at zero because for some options the kernel writes less than four bytes, or nothing. */
int32_t el_getsockopt(int32_t fd, int32_t level, int32_t name)
{
    int32_t value = 0;
    uint32_t length = sizeof value;
    const int32_t result = EL_SYSCALL(SYS_getsockopt, fd, level, name, &value, &length);
    return result < 0 ? result : value;
}

int32_t el_setsockopt_linger(int32_t fd, int32_t on, int32_t seconds)
{
    const struct linger linger = {.l_onoff = on, .l_linger = seconds};
    return EL_SYSCALL(SYS_setsockopt, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}
