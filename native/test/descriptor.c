#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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
