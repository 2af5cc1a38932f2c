/*
 * event.c - epoll, and the descriptors whose events are counted or queued.
 */
#include "calls.h"
#include "check.h"
#include "edgeloop.h"
#include "loan.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

int32_t fuzz_epoll_control(const struct world *world, struct input *input)
{
    const int32_t epoll = world_prefer(world, input, EPOLL, EPOLL);
    const int32_t fd = world_pick(world, input);
    const uint32_t events = take(input, 1) | (take(input, 1) & 1 ? EPOLLET : 0);
    const uint32_t slot = take(input, 4);
    switch (take_upto(input, 3)) {
    case 0:
        return checked(el_epoll_remove(epoll, fd), 0);
    case 1:
        return checked(el_epoll_modify(epoll, fd, events, slot, world_generation(slot)), 0);
    default:
        return checked(el_epoll_add(epoll, fd, events, slot, world_generation(slot)), 0);
    }
}

int32_t fuzz_epoll_wait(const struct world *world, struct input *input)
{
    const int32_t capacity = take_count(input, EL_EPOLL_BATCH);
    const int32_t room = capacity < 0 ? 0 : capacity < EL_EPOLL_BATCH ? capacity : EL_EPOLL_BATCH;
    struct loan triples = loan_of((size_t)room * 3 * sizeof(uint32_t));
    uint32_t *const list = (uint32_t *)triples.bytes;
    loan_begin(&triples);
    const int32_t count = checked(el_epoll_wait(world_prefer(world, input, EPOLL, EPOLL), list, capacity, 0), room);
    for (int32_t i = 0; i < count; i++)
        CHECK(list[3 * i + 2] == world_generation(list[3 * i + 1]));
    if (count > 0)
        loan_allow(&triples, 0, (size_t)count * 3 * sizeof(uint32_t));
    loan_end(&triples);
    return count;
}

int32_t fuzz_eventfd(const struct world *world, struct input *input)
{
    const int32_t fd = world_prefer(world, input, EVENTFD, EVENTFD);
    if (take_upto(input, 1) == 0)
        return checked(el_eventfd_signal(fd), 0);
    return checked(el_eventfd_read(fd), INT32_MAX);
}

int32_t fuzz_timerfd(const struct world *world, struct input *input)
{
    const int32_t fd = world_prefer(world, input, TIMERFD, TIMERFD);
    const int64_t after_ns = (int64_t)((uint64_t)take(input, 4) << 32 | take(input, 4));
    if (take_upto(input, 1) == 0)
        return checked(el_timerfd_arm(fd, after_ns), 0);
    return checked(el_timerfd_read(fd), INT32_MAX);
}

/* A claim of any signals succeeds once, and is given back before the next one. */
int32_t fuzz_signal_claim(const struct world *world, struct input *input)
{
    (void)world;
    const uint32_t low = take(input, 4);
    const uint32_t high = take(input, 4);
    CHECK(el_signal_claim(low, high) == 0);
    CHECK(el_signal_claim(low, high) == ((low | high) == 0 ? 0 : -EBUSY));
    return el_signal_release(low, high);
}

/* Another set for the world's signalfd; anything else is refused, except that no descriptor makes a new one. */
int32_t fuzz_signalfd(const struct world *world, struct input *input)
{
    const int32_t fd = world_prefer(world, input, SIGNALFD, SIGNALFD);
    const int32_t result = checked(el_signalfd(fd, take(input, 4), take(input, 4)), INT32_MAX);
    CHECK(result < 0 || (fd == -1) == (result != fd));
    if (fd == -1)
        el_close(result);
    return result;
}

/* Real-time signals, because they queue, at times more than are read at once; the thread blocks them. */
int32_t fuzz_signalfd_read(const struct world *world, struct input *input)
{
    const int32_t capacity = take_count(input, EL_SIGNAL_BATCH);
    const int32_t room = capacity < 0 ? 0 : capacity < EL_SIGNAL_BATCH ? capacity : EL_SIGNAL_BATCH;
    const uint32_t choice = take_upto(input, 7);
    for (uint32_t raised = choice == 7 ? EL_SIGNAL_BATCH + 1 : choice; raised > 0; raised--)
        CHECK(raise(SIGRTMIN + (int)raised % 8) == 0);
    struct loan quads = loan_of((size_t)room * 4 * sizeof(int32_t));
    loan_begin(&quads);
    const int32_t fd = world_prefer(world, input, SIGNALFD, SIGNALFD);
    const int32_t count = checked(el_signalfd_read(fd, (int32_t *)quads.bytes, capacity), room);
    if (count > 0)
        loan_allow(&quads, 0, (size_t)count * 4 * sizeof(int32_t));
    loan_end(&quads);
    return count;
}
