/*
 * epoll.c - the epoll set, and the only place that knows how struct epoll_event is laid out.
 */
#include "edgeloop.h"
#include "syscall.h"

#include <stddef.h>
#include <sys/epoll.h>

int32_t el_epoll_create(void)
{
    return EL_SYSCALL(SYS_epoll_create1, EPOLL_CLOEXEC);
}

/* The slot is the low half of the event's data, the generation the high half; flatten() takes them apart again. */
static int32_t control(int32_t epoll, int32_t operation, int32_t fd, uint32_t events, uint32_t slot,
                       uint32_t generation)
{
    struct epoll_event event;
    event.events = events;
    event.data.u64 = (uint64_t)generation << 32 | slot;
    return EL_SYSCALL(SYS_epoll_ctl, epoll, operation, fd, &event);
}

int32_t el_epoll_add(int32_t epoll, int32_t fd, uint32_t events, uint32_t slot, uint32_t generation)
{
    return control(epoll, EPOLL_CTL_ADD, fd, events, slot, generation);
}

int32_t el_epoll_modify(int32_t epoll, int32_t fd, uint32_t events, uint32_t slot, uint32_t generation)
{
    return control(epoll, EPOLL_CTL_MOD, fd, events, slot, generation);
}

int32_t el_epoll_remove(int32_t epoll, int32_t fd)
{
    return EL_SYSCALL(SYS_epoll_ctl, epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void flatten(const struct epoll_event *events, int32_t count, uint32_t *triples)
{
    for (int32_t i = 0; i < count; i++) {
        const uint64_t data = events[i].data.u64;
        *triples++ = events[i].events;
        *triples++ = (uint32_t)data;
        *triples++ = (uint32_t)(data >> 32);
    }
}

/*
 * The call is epoll_pwait with no signal mask, because aarch64 has no epoll_wait. The events pass through the stack
 * (12 or 16 KiB) rather than through a buffer of ours, which would be state shared between the threads of a process;
 * that they could be fetched in place on x86-64 is not worth a second path.
 */
int32_t el_epoll_wait(int32_t epoll, uint32_t *triples, int32_t capacity, int32_t timeout_ms)
{
    struct epoll_event events[EL_EPOLL_BATCH];
    const int32_t most = capacity < EL_EPOLL_BATCH ? capacity : EL_EPOLL_BATCH;
    const int32_t count = EL_SYSCALL(SYS_epoll_pwait, epoll, events, most, timeout_ms, NULL);
    flatten(events, count, triples);
    return count;
}
