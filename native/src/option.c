/*
 * option.c - socket options: those whose value is an int, SO_LINGER, which takes a struct, and reading any other struct.
 * Set as an int, an option that takes a struct fails with -EINVAL.
 */
#include "edgeloop.h"
#include "lent.h"
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

int32_t el_getsockopt_bytes(int32_t fd, int32_t level, int32_t name, uint8_t *value, uint32_t capacity)
{
    uint32_t length = capacity;
    const int32_t result = EL_SYSCALL(SYS_getsockopt, fd, level, name, lent_to_write(value, 0, capacity), &length);
    return result < 0 ? result : (int32_t)length;
}

int32_t el_setsockopt_linger(int32_t fd, int32_t on, int32_t seconds)
{
    const struct linger linger = {.l_onoff = on, .l_linger = seconds};
    return EL_SYSCALL(SYS_setsockopt, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}
