#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
#define DAY_NS (86400 * SECOND_NS)

static int64_t remaining_ns(int32_t fd)
{
    struct itimerspec left;
    EXPECT_EQUAL(timerfd_gettime(fd, &left), 0);
    EXPECT_EQUAL(left.it_interval.tv_sec, 0);
    EXPECT_EQUAL(left.it_interval.tv_nsec, 0);
    return left.it_value.tv_sec * SECOND_NS + left.it_value.tv_nsec;
}

TEST(timerfd_is_nonblocking_and_close_on_exec)
{
    const int32_t fd = el_timerfd_create();
    EXPECT(fd >= 0);
    EXPECT(is_nonblocking(fd));
    EXPECT(is_close_on_exec(fd));
    EXPECT_EQUAL(el_close(fd), 0);
}

/* Only /proc tells which clock a timerfd follows. */
TEST(timerfd_follows_the_monotonic_clock)
{
    char path[64];
    char line[128];
    int clock = -1;
    const int32_t fd = el_timerfd_create();
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *const info = fopen(path, "re");
    EXPECT(info != NULL);
    while (clock < 0 && fgets(line, sizeof line, info) != NULL)
        sscanf(line, "clockid: %d", &clock);
    EXPECT_EQUAL(fclose(info), 0);
    EXPECT_EQUAL(clock, CLOCK_MONOTONIC);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(timerfd_fires_once_and_reading_quiets_it)
{
    const int32_t fd = el_timerfd_create();
    EXPECT_EQUAL(el_timerfd_read(fd), -EAGAIN);
    EXPECT_EQUAL(el_timerfd_arm(fd, SECOND_NS / 100), 0);
    EXPECT_EQUAL(el_timerfd_read(fd), -EAGAIN);
    wait_for(fd, POLLIN);
    EXPECT_EQUAL(el_timerfd_read(fd), 1);
    EXPECT_EQUAL(el_timerfd_read(fd), -EAGAIN);
    EXPECT_EQUAL(remaining_ns(fd), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(timerfd_fires_after_a_single_nanosecond)
{
    const int32_t fd = el_timerfd_create();
    EXPECT_EQUAL(el_timerfd_arm(fd, 1), 0);
    wait_for(fd, POLLIN);
    EXPECT_EQUAL(el_timerfd_read(fd), 1);
    EXPECT_EQUAL(el_close(fd), 0);
}

static void expect_armed(int32_t fd, int64_t after_ns)
{
    EXPECT_EQUAL(el_timerfd_arm(fd, after_ns), 0);
    const int64_t left = remaining_ns(fd);
    EXPECT(left <= after_ns);
    EXPECT(left > after_ns - 5 * SECOND_NS);
}

/* More nanoseconds than 32 bits hold, so that neither half of the split can be lost. */
TEST(timerfd_keeps_seconds_and_nanoseconds)
{
    const int32_t fd = el_timerfd_create();
    expect_armed(fd, 3600 * SECOND_NS + 1);
    expect_armed(fd, DAY_NS + SECOND_NS - 1);
    expect_armed(fd, 36500 * DAY_NS);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(timerfd_is_disarmed_by_zero)
{
    const int32_t fd = el_timerfd_create();
    EXPECT_EQUAL(el_timerfd_arm(fd, 60 * SECOND_NS), 0);
    EXPECT_EQUAL(el_timerfd_arm(fd, 0), 0);
    EXPECT_EQUAL(remaining_ns(fd), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(timerfd_refuses_a_negative_time)
{
    const int32_t fd = el_timerfd_create();
    EXPECT_EQUAL(el_timerfd_arm(fd, -1), -EINVAL);
    EXPECT_EQUAL(el_timerfd_arm(fd, -SECOND_NS), -EINVAL);
    EXPECT_EQUAL(el_timerfd_arm(fd, INT64_MIN), -EINVAL);
    EXPECT_EQUAL(el_close(fd), 0);
}

/* An eventfd is read like a timerfd, and can be given a count that no timer reaches within a test. */
static void expect_count(uint64_t count, int32_t expected)
{
    const int32_t fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    EXPECT_EQUAL(eventfd_write(fd, count), 0);
    EXPECT_EQUAL(el_timerfd_read(fd), expected);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(timerfd_read_cuts_the_expirations_to_int32)
{
    expect_count(INT32_MAX - 1, INT32_MAX - 1);
    expect_count(INT32_MAX, INT32_MAX);
    expect_count((uint64_t)INT32_MAX + 1, INT32_MAX);
    expect_count(UINT64_C(1) << 40, INT32_MAX);
}

TEST(timerfd_errors)
{
    const int32_t null = el_open_null();
    EXPECT_EQUAL(el_timerfd_arm(-1, 1), -EBADF);
    EXPECT_EQUAL(el_timerfd_read(-1), -EBADF);
    EXPECT_EQUAL(el_timerfd_arm(null, 1), -EINVAL);
    EXPECT_EQUAL(el_close(null), 0);
}
