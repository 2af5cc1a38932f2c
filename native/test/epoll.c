#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define UNTOUCHED 0xdeadbeefu

/* An eventfd whose counter is not zero is readable for as long as nobody reads it. */
static int32_t readable(void)
{
    const int fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    EXPECT(fd >= 0);
    return fd;
}

static int64_t now_ms(void)
{
    struct timespec now;
    EXPECT_EQUAL(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void expect_triple(const uint32_t *triple, uint32_t events, uint32_t slot, uint32_t generation)
{
    EXPECT_EQUAL(triple[0], events);
    EXPECT_EQUAL(triple[1], slot);
    EXPECT_EQUAL(triple[2], generation);
}

TEST(epoll_create_is_close_on_exec)
{
    const int32_t epoll = el_epoll_create();
    EXPECT(epoll >= 0);
    EXPECT(is_close_on_exec(epoll));
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_wait_returns_nothing_when_nothing_is_ready)
{
    uint32_t triples[3] = {UNTOUCHED, UNTOUCHED, UNTOUCHED};
    const int32_t epoll = el_epoll_create();
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, 0), 0);
    expect_triple(triples, UNTOUCHED, UNTOUCHED, UNTOUCHED);
    EXPECT_EQUAL(el_close(epoll), 0);
}

static void expect_round_trip(uint32_t slot, uint32_t generation)
{
    uint32_t triples[6];
    memset(triples, 0x55, sizeof triples);
    const int32_t epoll = el_epoll_create();
    const int32_t fd = readable();
    EXPECT_EQUAL(el_epoll_add(epoll, fd, EPOLLIN, slot, generation), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 2, 0), 1);
    expect_triple(triples, EPOLLIN, slot, generation);
    expect_triple(triples + 3, 0x55555555, 0x55555555, 0x55555555);
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_carries_slot_and_generation_in_all_32_bits)
{
    expect_round_trip(0, 0);
    expect_round_trip(1, 2);
    expect_round_trip(0xffffffff, 0);
    expect_round_trip(0, 0xffffffff);
    expect_round_trip(0x80000001, 0xfffffffe);
    expect_round_trip(0xffffffff, 0xffffffff);
}

TEST(epoll_wait_flattens_every_event_of_a_batch)
{
    enum { COUNT = 5 };
    uint32_t triples[3 * COUNT];
    int32_t fds[COUNT];
    uint32_t seen = 0;
    const int32_t epoll = el_epoll_create();
    for (uint32_t i = 0; i < COUNT; i++) {
        fds[i] = readable();
        EXPECT_EQUAL(el_epoll_add(epoll, fds[i], EPOLLIN | EPOLLOUT, i, 0xffffffff - i), 0);
    }
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, COUNT, 0), COUNT);
    for (const uint32_t *triple = triples; triple < triples + 3 * COUNT; triple += 3) {
        expect_triple(triple, EPOLLIN | EPOLLOUT, triple[1], 0xffffffff - triple[1]);
        seen |= 1u << triple[1];
    }
    EXPECT_EQUAL(seen, (1u << COUNT) - 1);
    for (int i = 0; i < COUNT; i++)
        EXPECT_EQUAL(el_close(fds[i]), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_wait_leaves_what_exceeds_the_capacity_for_the_next_call)
{
    uint32_t triples[9];
    int32_t fds[3];
    const int32_t epoll = el_epoll_create();
    for (uint32_t i = 0; i < 3; i++) {
        fds[i] = readable();
        EXPECT_EQUAL(el_epoll_add(epoll, fds[i], EPOLLIN | EPOLLET, i, 7), 0);
    }
    triples[6] = UNTOUCHED;
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 2, 0), 2);
    EXPECT_EQUAL(triples[6], UNTOUCHED);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples + 6, 1, 0), 1);
    EXPECT_EQUAL(triples[1] + triples[4] + triples[7], 0 + 1 + 2);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 3, 0), 0);
    for (int i = 0; i < 3; i++)
        EXPECT_EQUAL(el_close(fds[i]), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

/* Allows `count` open descriptors, or skips the test. Returns the limit to put back. */
static struct rlimit allow_descriptors(rlim_t count)
{
    struct rlimit before;
    EXPECT_EQUAL(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit wanted = before;
    if (wanted.rlim_cur < count)
        wanted.rlim_cur = count;
    if (setrlimit(RLIMIT_NOFILE, &wanted) != 0)
        SKIP("too few descriptors are allowed");
    return before;
}

TEST(epoll_wait_cuts_the_capacity_to_a_batch)
{
    enum { COUNT = EL_EPOLL_BATCH + 100 };
    static uint32_t triples[3 * COUNT];
    static int32_t fds[COUNT];
    const struct rlimit before = allow_descriptors(COUNT + 64);
    const int32_t epoll = el_epoll_create();
    fds[0] = readable();
    for (uint32_t i = 0; i < COUNT; i++) {
        if (i > 0)
            fds[i] = dup(fds[0]);
        EXPECT_EQUAL(el_epoll_add(epoll, fds[i], EPOLLIN | EPOLLET, i, i), 0);
    }
    triples[3 * EL_EPOLL_BATCH] = UNTOUCHED;
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, COUNT, 0), EL_EPOLL_BATCH);
    EXPECT_EQUAL(triples[3 * EL_EPOLL_BATCH], UNTOUCHED);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, INT32_MAX, 0), COUNT - EL_EPOLL_BATCH);
    for (int i = 0; i < COUNT; i++)
        EXPECT_EQUAL(el_close(fds[i]), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
    EXPECT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(epoll_one_shot_is_silent_until_modified)
{
    uint32_t triples[3];
    const int32_t epoll = el_epoll_create();
    const int32_t fd = readable();
    EXPECT_EQUAL(el_epoll_add(epoll, fd, EPOLLIN | EPOLLONESHOT, 1, 1), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, 0), 1);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, 0), 0);
    EXPECT_EQUAL(el_epoll_modify(epoll, fd, EPOLLIN | EPOLLONESHOT, 0xfffffff0, 0xfffffff1), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, 0), 1);
    expect_triple(triples, EPOLLIN, 0xfffffff0, 0xfffffff1);
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_remove_ends_the_events)
{
    uint32_t triples[3];
    const int32_t epoll = el_epoll_create();
    const int32_t fd = readable();
    EXPECT_EQUAL(el_epoll_add(epoll, fd, EPOLLIN, 1, 1), 0);
    EXPECT_EQUAL(el_epoll_remove(epoll, fd), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, 0), 0);
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_reports_the_half_close_of_a_peer)
{
    uint32_t triples[3];
    const struct pair pair = loopback_pair();
    const int32_t epoll = el_epoll_create();
    EXPECT_EQUAL(el_epoll_add(epoll, pair.server, EPOLLRDHUP, 3, 4), 0);
    EXPECT_EQUAL(el_shutdown(pair.client, SHUT_WR), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, PATIENCE_MS), 1);
    expect_triple(triples, EPOLLRDHUP, 3, 4);
    EXPECT_EQUAL(el_close(epoll), 0);
    loopback_close(pair);
}

TEST(epoll_wait_waits_for_its_timeout)
{
    uint32_t triples[3];
    const int32_t epoll = el_epoll_create();
    const int64_t before = now_ms();
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, 30), 0);
    EXPECT(now_ms() - before >= 29);
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_wait_with_a_negative_timeout_waits_for_an_event)
{
    uint32_t triples[3];
    const int32_t epoll = el_epoll_create();
    const int32_t timer = el_timerfd_create();
    EXPECT_EQUAL(el_epoll_add(epoll, timer, EPOLLIN, 5, 6), 0);
    EXPECT_EQUAL(el_timerfd_arm(timer, 20000000), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, -1), 1);
    expect_triple(triples, EPOLLIN, 5, 6);
    EXPECT_EQUAL(el_close(timer), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

static void ignore(int signal)
{
    (void)signal;
}

/* The timer repeats, because a signal that comes before the wait has begun interrupts nothing. */
TEST(epoll_wait_that_a_signal_interrupts_is_eintr)
{
    uint32_t triples[3];
    const struct itimerval every_20_ms = {.it_interval.tv_usec = 20000, .it_value.tv_usec = 20000};
    const struct itimerval never = {.it_value.tv_usec = 0};
    const struct sigaction handled = {.sa_handler = ignore};
    struct sigaction before;
    const int32_t epoll = el_epoll_create();
    EXPECT_EQUAL(sigaction(SIGALRM, &handled, &before), 0);
    EXPECT_EQUAL(setitimer(ITIMER_REAL, &every_20_ms, NULL), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 1, PATIENCE_MS), -EINTR);
    EXPECT_EQUAL(setitimer(ITIMER_REAL, &never, NULL), 0);
    EXPECT_EQUAL(sigaction(SIGALRM, &before, NULL), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_control_errors)
{
    const int32_t epoll = el_epoll_create();
    const int32_t fd = readable();
    EXPECT_EQUAL(el_epoll_modify(epoll, fd, EPOLLIN, 0, 0), -ENOENT);
    EXPECT_EQUAL(el_epoll_remove(epoll, fd), -ENOENT);
    EXPECT_EQUAL(el_epoll_add(epoll, fd, EPOLLIN, 0, 0), 0);
    EXPECT_EQUAL(el_epoll_add(epoll, fd, EPOLLIN, 0, 0), -EEXIST);
    EXPECT_EQUAL(el_epoll_add(epoll, -1, EPOLLIN, 0, 0), -EBADF);
    EXPECT_EQUAL(el_epoll_modify(-1, fd, EPOLLIN, 0, 0), -EBADF);
    EXPECT_EQUAL(el_epoll_remove(fd, epoll), -EINVAL);
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

/* epoll refuses what is always ready. */
TEST(epoll_add_of_a_regular_file_is_eperm)
{
    const int32_t epoll = el_epoll_create();
    const int32_t file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    EXPECT(file >= 0);
    EXPECT_EQUAL(el_epoll_add(epoll, file, EPOLLIN, 0, 0), -EPERM);
    EXPECT_EQUAL(el_close(file), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
}

TEST(epoll_wait_errors)
{
    uint32_t triples[3] = {UNTOUCHED, UNTOUCHED, UNTOUCHED};
    const int32_t epoll = el_epoll_create();
    EXPECT_EQUAL(el_epoll_wait(-1, triples, 1, 0), -EBADF);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, 0, 0), -EINVAL);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, -1, 0), -EINVAL);
    EXPECT_EQUAL(el_epoll_wait(epoll, triples, INT32_MIN, 0), -EINVAL);
    expect_triple(triples, UNTOUCHED, UNTOUCHED, UNTOUCHED);
    EXPECT_EQUAL(el_close(epoll), 0);
}
