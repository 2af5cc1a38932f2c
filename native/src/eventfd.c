/*
 * eventfd.c - the descriptor with which one thread wakes the loop of another.
 */
#include "counter.h"
#include "edgeloop.h"
#include "syscall.h"

/* glibc's <sys/eventfd.h> needs it, and counts on a <stdint.h> that is not the freestanding compiler's own. */
#include <features.h>
#include <sys/eventfd.h>

int32_t el_eventfd_create(void)
{
    return EL_SYSCALL(SYS_eventfd2, 0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int32_t el_eventfd_signal(int32_t fd)
{
    const uint64_t one = 1;
    const int32_t result = EL_SYSCALL(SYS_write, fd, &one, sizeof one);
    return result < 0 ? result : 0;
}

int32_t el_eventfd_read(int32_t fd)
{
    return counter_read(fd);
}
