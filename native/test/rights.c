#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define UNTOUCHED (-77)

static uint8_t bytes[8];
static int32_t list[EL_DESCRIPTOR_BATCH + 2];

static struct pair unix_pair(void)
{
    int fds[2];
    EXPECT_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    return (struct pair){fds[0], fds[1]};
}

static int32_t receive(int32_t fd, int32_t capacity)
{
    memset(bytes, '#', sizeof bytes);
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        list[i] = UNTOUCHED;
    return el_recv_descriptors(fd, bytes, 1, sizeof bytes - 1, list, capacity);
}

static void send_one(int32_t fd, int32_t descriptor)
{
    EXPECT_EQUAL(el_send_descriptors(fd, (const uint8_t *)"!", 0, 1, &descriptor, 1), 1);
}

/* The number that the next descriptor will have: it tells of one that was left open. */
static int32_t lowest_free(void)
{
    const int32_t fd = el_open_null();
    EXPECT_EQUAL(el_close(fd), 0);
    return fd;
}

TEST(a_descriptor_arrives_as_a_duplicate_that_is_close_on_exec)
{
    const struct pair pair = unix_pair();
    const int32_t both[] = {el_eventfd_create(), el_eventfd_create()};
    EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)".abc", 1, 3, both, 2), 3);
    EXPECT_EQUAL(receive(pair.server, 2), 3);
    EXPECT_EQUAL(memcmp(bytes, "#abc#", 5), 0);
    EXPECT_EQUAL(list[0], 2);
    EXPECT_EQUAL(list[3], UNTOUCHED);
    EXPECT(is_close_on_exec(list[1]));
    EXPECT(list[2] != both[1]);
    EXPECT_EQUAL(el_eventfd_signal(both[1]), 0);
    EXPECT_EQUAL(el_eventfd_read(list[1]), -EAGAIN);
    EXPECT_EQUAL(el_eventfd_read(list[2]), 1);
    loopback_close((struct pair){list[1], list[2]});
    loopback_close((struct pair){both[0], both[1]});
    loopback_close(pair);
}

TEST(descriptors_come_with_the_first_byte_that_they_were_sent_with)
{
    const struct pair pair = unix_pair();
    EXPECT_EQUAL(el_send(pair.client, (const uint8_t *)"ab", 0, 2), 2);
    EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)"cdefghij", 0, 8, &pair.client, 1), 8);
    EXPECT_EQUAL(receive(pair.server, 0), 2 + 5);
    EXPECT_EQUAL(list[0], 0);
    EXPECT_EQUAL(receive(pair.server, 1), 3);
    EXPECT_EQUAL(list[0], 0);
    send_one(pair.client, pair.client);
    send_one(pair.client, pair.client);
    for (int32_t i = 0; i < 2; i++) {
        EXPECT_EQUAL(receive(pair.server, 2), 1);
        EXPECT_EQUAL(list[0], 1);
        EXPECT_EQUAL(el_close(list[1]), 0);
    }
    loopback_close(pair);
}

/* An odd number of them leaves padding behind the control message, in which one more would fit. */
TEST(descriptors_that_find_no_room_are_not_left_open)
{
    const struct pair pair = unix_pair();
    const int32_t four[] = {pair.client, pair.client, pair.client, pair.client};
    const int32_t before = lowest_free();
    for (int32_t capacity = 0; capacity < 4; capacity++) {
        EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)"!", 0, 1, four, 4), 1);
        EXPECT_EQUAL(receive(pair.server, capacity), 1);
        EXPECT_EQUAL(list[0], capacity);
        EXPECT_EQUAL(list[capacity + 1], UNTOUCHED);
        for (int32_t i = 1; i <= capacity; i++)
            EXPECT_EQUAL(el_close(list[i]), 0);
        EXPECT_EQUAL(lowest_free(), before);
    }
    loopback_close(pair);
}

TEST(descriptors_beyond_the_limit_of_the_process_do_not_arrive)
{
    const struct pair pair = unix_pair();
    const int32_t two[] = {pair.client, pair.client};
    struct rlimit limit;
    EXPECT_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
    const struct rlimit room_for_one = {(rlim_t)lowest_free() + 1, limit.rlim_max};
    EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)"!", 0, 1, two, 2), 1);
    EXPECT_EQUAL(setrlimit(RLIMIT_NOFILE, &room_for_one), 0);
    const int32_t received = receive(pair.server, 2);
    EXPECT_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQUAL(received, 1);
    EXPECT_EQUAL(list[0], 1);
    EXPECT_EQUAL(el_close(list[1]), 0);
    loopback_close(pair);
}

TEST(as_many_descriptors_as_the_kernel_passes_at_once)
{
    const struct pair pair = unix_pair();
    int32_t many[EL_DESCRIPTOR_BATCH + 1];
    for (int32_t i = 0; i < EL_DESCRIPTOR_BATCH + 1; i++)
        many[i] = pair.client;
    EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)"!", 0, 1, many, EL_DESCRIPTOR_BATCH + 1), -EINVAL);
    EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)"!", 0, 1, many, EL_DESCRIPTOR_BATCH), 1);
    EXPECT_EQUAL(receive(pair.server, INT32_MAX), 1);
    EXPECT_EQUAL(list[0], EL_DESCRIPTOR_BATCH);
    EXPECT_EQUAL(list[EL_DESCRIPTOR_BATCH + 1], UNTOUCHED);
    for (int32_t i = 1; i <= EL_DESCRIPTOR_BATCH; i++)
        EXPECT_EQUAL(el_close(list[i]), 0);
    loopback_close(pair);
}

TEST(without_descriptors_it_is_send_and_recv)
{
    const struct pair pair = unix_pair();
    EXPECT_EQUAL(receive(pair.server, 1), -EAGAIN);
    EXPECT_EQUAL(list[0], 0);
    EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)"ab", 0, 2, NULL, 0), 2);
    EXPECT_EQUAL(el_send_descriptors(pair.client, (const uint8_t *)"c", 0, 1, NULL, -1), 1);
    EXPECT_EQUAL(receive(pair.server, -1), 3);
    EXPECT_EQUAL(list[0], 0);
    EXPECT_EQUAL(el_close(pair.client), 0);
    EXPECT_EQUAL(receive(pair.server, 1), 0);
    EXPECT(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    EXPECT_EQUAL(el_send_descriptors(pair.server, (const uint8_t *)"a", 0, 1, &pair.server, 1), -EPIPE);
    EXPECT_EQUAL(el_close(pair.server), 0);
}

TEST(tcp_passes_the_bytes_and_no_descriptor)
{
    const struct pair pair = loopback_pair();
    send_one(pair.client, pair.client);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(receive(pair.server, 1), 1);
    EXPECT_EQUAL(list[0], 0);
    loopback_close(pair);
}

TEST(descriptor_passing_errors)
{
    const struct pair pair = unix_pair();
    const int32_t closed = -1;
    const int32_t null = el_open_null();
    EXPECT_EQUAL(el_send_descriptors(-1, bytes, 0, 1, &null, 1), -EBADF);
    EXPECT_EQUAL(el_send_descriptors(null, bytes, 0, 1, &null, 1), -ENOTSOCK);
    EXPECT_EQUAL(el_send_descriptors(pair.client, bytes, 0, 1, &closed, 1), -EBADF);
    EXPECT_EQUAL(receive(-1, 1), -EBADF);
    EXPECT_EQUAL(list[0], 0);
    EXPECT_EQUAL(receive(null, 1), -ENOTSOCK);
    EXPECT_EQUAL(el_close(null), 0);
    loopback_close(pair);
}
