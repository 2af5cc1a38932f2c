#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

TEST(close_closes_once)
{
    const int32_t fd = el_open_null();
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_close(fd), -EBADF);
}

TEST(open_null_opens_the_null_device_close_on_exec)
{
    struct stat status;
    const int32_t fd = el_open_null();
    EXPECT(fd >= 0);
    EXPECT_EQUAL(fstat(fd, &status), 0);
    EXPECT_EQUAL(status.st_rdev, makedev(1, 3));
    EXPECT(is_close_on_exec(fd));
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(duplicate_opens_the_same_file_close_on_exec)
{
    const int32_t fd = el_eventfd_create();
    const int32_t copy = el_duplicate(fd);
    EXPECT(copy >= 0);
    EXPECT(copy != fd);
    EXPECT(is_close_on_exec(copy));
    EXPECT_EQUAL(el_eventfd_signal(fd), 0);
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_eventfd_read(copy), 1);
    EXPECT_EQUAL(el_close(copy), 0);
    EXPECT_EQUAL(el_duplicate(copy), -EBADF);
}

TEST(replace_puts_another_file_under_a_number_and_out_of_its_epoll_set)
{
    uint32_t triple[3];
    const int32_t epoll = el_epoll_create();
    const int32_t fd = el_eventfd_create();
    const int32_t other = el_eventfd_create();
    EXPECT_EQUAL(el_epoll_add(epoll, fd, EPOLLIN, 1, 1), 0);
    EXPECT_EQUAL(el_eventfd_signal(fd), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triple, 1, 0), 1);
    EXPECT_EQUAL(el_replace(fd, other), fd);
    EXPECT(is_close_on_exec(fd));
    EXPECT_EQUAL(el_eventfd_signal(fd), 0);
    EXPECT_EQUAL(el_epoll_wait(epoll, triple, 1, 0), 0);
    EXPECT_EQUAL(el_eventfd_read(other), 1);
    EXPECT_EQUAL(el_replace(fd, fd), -EINVAL);
    EXPECT_EQUAL(el_close(fd), 0);
    EXPECT_EQUAL(el_close(other), 0);
    EXPECT_EQUAL(el_close(epoll), 0);
    EXPECT_EQUAL(el_replace(fd, other), -EBADF);
}

TEST(flock_holds_until_the_last_duplicate_is_closed)
{
    char path[] = "/tmp/edgeloop-flock-XXXXXX";
    const int32_t first = mkostemp(path, O_CLOEXEC);
    const int32_t second = open(path, O_RDONLY | O_CLOEXEC);
    EXPECT_EQUAL(el_flock(first), 0);
    EXPECT_EQUAL(el_flock(first), 0);
    EXPECT_EQUAL(el_flock(second), -EAGAIN);
    const int32_t copy = el_duplicate(first);
    EXPECT_EQUAL(el_close(first), 0);
    EXPECT_EQUAL(el_flock(second), -EAGAIN);
    EXPECT_EQUAL(el_close(copy), 0);
    EXPECT_EQUAL(el_flock(second), 0);
    EXPECT_EQUAL(el_close(second), 0);
    EXPECT_EQUAL(el_flock(second), -EBADF);
    EXPECT_EQUAL(unlink(path), 0);
}

TEST(failures_do_not_touch_errno)
{
    errno = EDOM;
    EXPECT_EQUAL(el_close(-1), -EBADF);
    EXPECT_EQUAL(errno, EDOM);
}
