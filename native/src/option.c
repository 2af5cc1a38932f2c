/*
 * option.c - socket options whose value is an int. One that takes a struct, SO_LINGER for instance, fails with -EINVAL
 * when set.
 */
#include "edgeloop.h"
#include "syscall.h"

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
