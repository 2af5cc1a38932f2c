#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>

/* The largest counter: eventfd(2) keeps UINT64_MAX itself out of reach. */
#define FULL (UINT64_MAX - 1)

TEST(eventfd_is_nonblocking_and_close_on_exec)
{
    const int32_t fd = el_eventfd_create();
    EXPECT(fd >= 0);
    EXPECT(is_nonblocking(fd));
    EXPECT(is_close_on_exec(fd));
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(eventfd_counts_signals_and_reading_takes_them_all)
{
    const int32_t fd = el_eventfd_create();
    EXPECT_EQUAL(el_eventfd_read(fd), -EAGAIN);
    EXPECT_EQUAL(el_eventfd_signal(fd), 0);
    EXPECT_EQUAL(el_eventfd_signal(fd), 0);
    wait_for(fd, POLLIN);
    EXPECT_EQUAL(el_eventfd_read(fd), 2);
    EXPECT_EQUAL(el_eventfd_read(fd), -EAGAIN);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(eventfd_that_is_full_answers_eagain_and_stays_readable)
{
    const int32_t fd = el_eventfd_create();
    EXPECT_EQUAL(eventfd_write(fd, FULL), 0);
    EXPECT_EQUAL(el_eventfd_signal(fd), -EAGAIN);
    wait_for(fd, POLLIN);
    EXPECT_EQUAL(el_eventfd_read(fd), INT32_MAX);
    EXPECT_EQUAL(el_eventfd_signal(fd), 0);
    EXPECT_EQUAL(el_eventfd_read(fd), 1);
    EXPECT_EQUAL(el_close(fd), 0);
}

static void expect_taken(uint64_t count, int32_t expected)
{
    const int32_t fd = el_eventfd_create();
    EXPECT_EQUAL(eventfd_write(fd, count), 0);
    EXPECT_EQUAL(el_eventfd_read(fd), expected);
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(eventfd_read_cuts_the_count_to_int32)
{
    expect_taken(INT32_MAX - 1, INT32_MAX - 1);
    expect_taken(INT32_MAX, INT32_MAX);
    expect_taken((uint64_t)INT32_MAX + 1, INT32_MAX);
}

TEST(eventfd_errors)
{
    const int32_t timer = el_timerfd_create();
    EXPECT_EQUAL(el_eventfd_signal(-1), -EBADF);
    EXPECT_EQUAL(el_eventfd_read(-1), -EBADF);
    EXPECT_EQUAL(el_eventfd_signal(timer), -EINVAL);
    EXPECT_EQUAL(el_close(timer), 0);
}
