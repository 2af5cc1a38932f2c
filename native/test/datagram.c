#include "edgeloop.h"
#include "harness.h"
#include "loopback.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define SEGMENT 8
#define ROOM ((int32_t)sizeof(struct sockaddr_storage))
#define UNTOUCHED (-77)

/* What a call may write to, and a datagram's worth behind it that must stay as it was. */
static uint8_t bytes[(EL_DATAGRAM_BATCH + 1) * SEGMENT];
static uint8_t addresses[(EL_DATAGRAM_BATCH + 1) * sizeof(struct sockaddr_storage)];
static int32_t results[(EL_DATAGRAM_BATCH + 1) * 3];

static int32_t receive(int32_t fd, int32_t count)
{
    memset(bytes, '#', sizeof bytes);
    memset(addresses, '#', sizeof addresses);
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        results[i] = UNTOUCHED;
    return el_recv_datagrams(fd, bytes, SEGMENT, addresses, results, count);
}

/* Where the datagrams after the last one would have been, nothing may have changed. */
static void expect_untouched_from(int32_t count)
{
    EXPECT_EQUAL(results[3 * count], UNTOUCHED);
    EXPECT_EQUAL(bytes[SEGMENT * count], '#');
    EXPECT_EQUAL(addresses[ROOM * count], '#');
}

static void expect_datagram(int32_t index, const char *text, struct sockaddr_in from)
{
    const int32_t length = (int32_t)strlen(text);
    EXPECT_EQUAL(results[3 * index], length);
    EXPECT_EQUAL(results[3 * index + 1], 0);
    EXPECT_EQUAL(results[3 * index + 2], sizeof from);
    EXPECT_EQUAL(memcmp(bytes + SEGMENT * index, text, (size_t)length), 0);
    EXPECT_EQUAL(memcmp(addresses + ROOM * index, &from, sizeof from), 0);
    if (length < SEGMENT)
        EXPECT_EQUAL(bytes[SEGMENT * index + length], '#');
}

static int32_t bound_datagram_socket(void)
{
    const struct sockaddr_in address = loopback_address(0);
    const int32_t fd = el_socket(AF_INET, SOCK_DGRAM);
    EXPECT(fd >= 0);
    EXPECT_EQUAL(el_bind(fd, (const uint8_t *)&address, sizeof address), 0);
    return fd;
}

static struct pair datagram_pair(void)
{
    const struct pair pair = {.client = bound_datagram_socket(), .server = bound_datagram_socket()};
    const struct sockaddr_in server = loopback_name(pair.server);
    EXPECT_EQUAL(el_connect(pair.client, (const uint8_t *)&server, sizeof server), 0);
    return pair;
}

TEST(datagrams_without_address_go_to_the_connected_peer_and_keep_their_bounds)
{
    const struct pair pair = datagram_pair();
    const int32_t quads[] = {2, 3, 0, 0, 0, 0, 0, 0, 5, 8, 0, 0};
    EXPECT_EQUAL(el_send_datagrams(pair.client, (const uint8_t *)"..abc12345678", NULL, quads, 3), 3);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(receive(pair.server, 4), 3);
    expect_datagram(0, "abc", loopback_name(pair.client));
    expect_datagram(1, "", loopback_name(pair.client));
    expect_datagram(2, "12345678", loopback_name(pair.client));
    expect_untouched_from(3);
    loopback_close(pair);
}

TEST(each_datagram_has_its_own_address)
{
    const int32_t fd = bound_datagram_socket();
    const int32_t one = bound_datagram_socket();
    const int32_t two = bound_datagram_socket();
    const struct sockaddr_in to[] = {loopback_name(one), loopback_name(two)};
    const int32_t length = sizeof to[0];
    const int32_t quads[] = {0, 3, length, length, 3, 2, 0, length};
    EXPECT_EQUAL(el_send_datagrams(fd, (const uint8_t *)"twoup", (const uint8_t *)to, quads, 2), 2);
    wait_for(one, POLLIN);
    EXPECT_EQUAL(receive(one, 2), 1);
    expect_datagram(0, "up", loopback_name(fd));
    wait_for(two, POLLIN);
    EXPECT_EQUAL(receive(two, 2), 1);
    expect_datagram(0, "two", loopback_name(fd));
    loopback_close((struct pair){one, two});
    EXPECT_EQUAL(el_close(fd), 0);
}

TEST(what_exceeds_the_segment_is_lost_and_told)
{
    const struct pair pair = datagram_pair();
    const int32_t quads[] = {0, 9, 0, 0, 9, 2, 0, 0};
    EXPECT_EQUAL(el_send_datagrams(pair.client, (const uint8_t *)"123456789ab", NULL, quads, 2), 2);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(receive(pair.server, 2), 2);
    EXPECT_EQUAL(results[0], SEGMENT);
    EXPECT_EQUAL(results[1], MSG_TRUNC);
    EXPECT_EQUAL(memcmp(bytes, "12345678", SEGMENT), 0);
    expect_datagram(1, "ab", loopback_name(pair.client));
    loopback_close(pair);
}

/* Nobody has a name here, so the sockaddr has no length. */
TEST(datagrams_between_unix_sockets_without_a_name)
{
    int fds[2];
    const int32_t quads[] = {0, 1, 0, 0, 1, 2, 0, 0};
    EXPECT_EQUAL(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
    EXPECT_EQUAL(el_send_datagrams(fds[0], (const uint8_t *)"abc", NULL, quads, 2), 2);
    EXPECT_EQUAL(receive(fds[1], EL_DATAGRAM_BATCH), 2);
    EXPECT_EQUAL(results[0], 1);
    EXPECT_EQUAL(results[2], 0);
    EXPECT_EQUAL(results[3], 2);
    EXPECT_EQUAL(results[5], 0);
    expect_untouched_from(2);
    loopback_close((struct pair){fds[0], fds[1]});
}

TEST(a_batch_moves_no_more_datagrams_than_its_limit)
{
    const struct pair pair = datagram_pair();
    int32_t quads[(EL_DATAGRAM_BATCH + 8) * 4];
    for (int32_t i = 0; i < EL_DATAGRAM_BATCH + 8; i++)
        memcpy(quads + 4 * i, (const int32_t[]){i, 1, 0, 0}, 4 * sizeof quads[0]);
    const uint8_t *const text = (const uint8_t *)"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN";
    EXPECT_EQUAL(el_send_datagrams(pair.client, text, NULL, quads, EL_DATAGRAM_BATCH + 8), EL_DATAGRAM_BATCH);
    EXPECT_EQUAL(el_send_datagrams(pair.client, text, NULL, quads, 1), 1);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(receive(pair.server, EL_DATAGRAM_BATCH + 1), EL_DATAGRAM_BATCH);
    expect_datagram(0, "a", loopback_name(pair.client));
    expect_datagram(EL_DATAGRAM_BATCH - 1, "F", loopback_name(pair.client));
    expect_untouched_from(EL_DATAGRAM_BATCH);
    EXPECT_EQUAL(receive(pair.server, EL_DATAGRAM_BATCH), 1);
    loopback_close(pair);
}

TEST(no_datagrams_is_no_error_and_a_negative_count_is_none)
{
    const struct pair pair = datagram_pair();
    const int32_t quad[] = {0, 1, 0, 0};
    EXPECT_EQUAL(receive(pair.server, 1), -EAGAIN);
    EXPECT_EQUAL(el_send_datagrams(pair.client, (const uint8_t *)"a", NULL, quad, 0), 0);
    EXPECT_EQUAL(el_send_datagrams(pair.client, (const uint8_t *)"a", NULL, quad, -1), 0);
    EXPECT_EQUAL(el_send_datagrams(pair.client, (const uint8_t *)"a", NULL, quad, 1), 1);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(receive(pair.server, 0), 0);
    EXPECT_EQUAL(receive(pair.server, -1), 0);
    expect_untouched_from(0);
    EXPECT_EQUAL(receive(pair.server, 1), 1);
    loopback_close(pair);
}

/* The second datagram is larger than any: the first goes all the same, and sent again the second tells what it is. */
TEST(sending_stops_before_the_datagram_that_fails)
{
    static uint8_t huge[70000];
    const struct pair pair = datagram_pair();
    const int32_t quads[] = {0, 1, 0, 0, 0, sizeof huge, 0, 0, 0, 1, 0, 0};
    EXPECT_EQUAL(el_send_datagrams(pair.client, huge, NULL, quads, 3), 1);
    EXPECT_EQUAL(el_send_datagrams(pair.client, huge, NULL, quads + 4, 2), -EMSGSIZE);
    loopback_close(pair);
}

TEST(sending_to_a_peer_that_is_gone_is_a_result_not_a_signal)
{
    int fds[2];
    const int32_t quad[] = {0, 1, 0, 0};
    EXPECT_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    EXPECT_EQUAL(el_close(fds[1]), 0);
    EXPECT(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    EXPECT_EQUAL(el_send_datagrams(fds[0], (const uint8_t *)"a", NULL, quad, 1), -EPIPE);
    EXPECT_EQUAL(el_close(fds[0]), 0);
}

/* A segment without room: the datagram is lost and told, and nothing but its sender is written. */
TEST(empty_datagrams_need_no_memory_for_bytes)
{
    const struct pair pair = datagram_pair();
    const int32_t quads[] = {0, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_EQUAL(el_send_datagrams(pair.client, NULL, NULL, quads, 2), 2);
    EXPECT_EQUAL(el_send_datagrams(pair.client, (const uint8_t *)"abc", NULL, (const int32_t[]){0, 3, 0, 0}, 1), 1);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(receive(pair.server, 1), 1);
    EXPECT_EQUAL(el_recv_datagrams(pair.server, NULL, 0, addresses, results, EL_DATAGRAM_BATCH), 2);
    EXPECT_EQUAL(results[1], 0);
    EXPECT_EQUAL(results[3], 0);
    EXPECT_EQUAL(results[4], MSG_TRUNC);
    EXPECT_EQUAL(results[5], sizeof(struct sockaddr_in));
    loopback_close(pair);
}

/* Taken for a signed number, such a length would be cut, or its offset point in front of the memory. */
TEST(datagram_offsets_beyond_two_gigabytes_are_unsigned)
{
    const uint32_t offset = 0x80000010;
    const size_t size = (size_t)offset + 4096;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    uint8_t *const base = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (base == MAP_FAILED)
        SKIP("no two gigabytes of address space");
    const struct pair pair = datagram_pair();
    const struct sockaddr_in server = loopback_name(pair.server);
    base[offset] = 'x';
    memcpy(base + offset + 1, &server, sizeof server);
    const int32_t quad[] = {(int32_t)offset, 1, (int32_t)(offset + 1), sizeof server};
    EXPECT_EQUAL(el_send_datagrams(pair.client, base, base, quad, 1), 1);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(receive(pair.server, 1), 1);
    expect_datagram(0, "x", loopback_name(pair.client));
    EXPECT_EQUAL(munmap(base, size), 0);
    loopback_close(pair);
}

TEST(datagram_errors)
{
    const int32_t fd = bound_datagram_socket();
    const int32_t null = el_open_null();
    const int32_t quad[] = {0, 1, 0, 0};
    EXPECT_EQUAL(receive(-1, 1), -EBADF);
    EXPECT_EQUAL(receive(null, 1), -ENOTSOCK);
    expect_untouched_from(0);
    EXPECT_EQUAL(el_send_datagrams(-1, bytes, NULL, quad, 1), -EBADF);
    EXPECT_EQUAL(el_send_datagrams(null, bytes, NULL, quad, 1), -ENOTSOCK);
    EXPECT_EQUAL(el_send_datagrams(fd, bytes, NULL, quad, 1), -EDESTADDRREQ);
    EXPECT_EQUAL(el_close(null), 0);
    EXPECT_EQUAL(el_close(fd), 0);
}
