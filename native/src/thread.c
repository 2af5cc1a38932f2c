/*
 * thread.c - what the kernel is told about the calling thread: where it may run, and what it is called. The C library's
 * functions for it take a thread; a raw system call with 0 in its place means the one that makes it.
 */
#include "edgeloop.h"
#include "lent.h"
#include "syscall.h"

#include <sys/prctl.h>

/* TASK_COMM_LEN of the kernel, without the NUL at the end. */
#define NAME_BYTES 15

int32_t el_setaffinity(const uint8_t *mask, uint32_t length)
{
    return EL_SYSCALL(SYS_sched_setaffinity, 0, length, lent_to_read(mask, 0, length));
}

int32_t el_getaffinity(uint8_t *mask, uint32_t capacity)
{
    return EL_SYSCALL(SYS_sched_getaffinity, 0, capacity, lent_to_write(mask, 0, capacity));
}

/* Copied, because prctl(2) takes no length: it would read on after a name without a NUL. */
int32_t el_thread_name(const uint8_t *name, uint32_t length)
{
    char terminated[NAME_BYTES + 1];
    uint32_t i = 0;
    for (; i < length && i < NAME_BYTES; i++)
        terminated[i] = (char)name[i];
    terminated[i] = 0;
    return EL_SYSCALL(SYS_prctl, PR_SET_NAME, terminated);
}
