/*
 * timer.c - the timerfd that wakes the loop for its next deadline. The clock is monotonic, so that setting the time of
 * day neither fires a timer nor delays one.
 */
#include "counter.h"
#include "edgeloop.h"
#include "syscall.h"

#include <stddef.h>
#include <sys/timerfd.h>
#include <time.h>

#define NANOSECONDS_PER_SECOND 1000000000

int32_t el_timerfd_create(void)
{
    return EL_SYSCALL(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

/* A negative time is not checked for here: the kernel answers it with -EINVAL. */
int32_t el_timerfd_arm(int32_t fd, int64_t after_ns)
{
    struct itimerspec once;
    once.it_interval.tv_sec = 0;
    once.it_interval.tv_nsec = 0;
    once.it_value.tv_sec = after_ns / NANOSECONDS_PER_SECOND;
    once.it_value.tv_nsec = after_ns % NANOSECONDS_PER_SECOND;
    return EL_SYSCALL(SYS_timerfd_settime, fd, 0, &once, NULL);
}

int32_t el_timerfd_read(int32_t fd)
{
    return counter_read(fd);
}
