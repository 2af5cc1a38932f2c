/*
 * counter.h - the 64-bit counter that a read takes off a timerfd or an eventfd, private to this library.
 */
#ifndef EDGELOOP_COUNTER_H
#define EDGELOOP_COUNTER_H

#include "syscall.h"

/* Cut to INT32_MAX, because the caller gets everything as int32_t and wants to know whether, rarely how often. */
static inline int32_t counter_read(int32_t fd)
{
    uint64_t count = 0;
    const int32_t result = EL_SYSCALL(SYS_read, fd, &count, sizeof count);
    if (result < 0)
        return result;
    return count < INT32_MAX ? (int32_t)count : INT32_MAX;
}

#endif
