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

TEST(send_and_recv_use_only_the_bytes_between_offset_and_offset_plus_length)
{
    const uint8_t text[] = "....hello....";
    uint8_t bytes[16];
    memset(bytes, '#', sizeof bytes);
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_send(pair.client, text, 4, 5), 5);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(el_recv(pair.server, bytes, 6, 10), 5);
    EXPECT_EQUAL(memcmp(bytes, "######hello#####", sizeof bytes), 0);
    loopback_close(pair);
}

TEST(recv_leaves_what_exceeds_the_length_for_the_next_call)
{
    uint8_t bytes[8];
    memset(bytes, '#', sizeof bytes);
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_send(pair.client, (const uint8_t *)"abcdef", 0, 6), 6);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(el_recv(pair.server, bytes, 2, 4), 4);
    EXPECT_EQUAL(memcmp(bytes, "##abcd##", sizeof bytes), 0);
    EXPECT_EQUAL(el_recv(pair.server, bytes, 0, 8), 2);
    EXPECT_EQUAL(memcmp(bytes, "efabcd##", sizeof bytes), 0);
    loopback_close(pair);
}

TEST(recv_many_and_send_many_answer_each_triple_in_the_place_of_its_fd)
{
    uint8_t bytes[16];
    memset(bytes, '#', sizeof bytes);
    const struct pair one = loopback_pair();
    const struct pair two = loopback_pair();
    int32_t sends[] = {one.client, 0, 3, -1, 3, 2, two.client, 4, 2};
    EXPECT_EQUAL(el_send_many((const uint8_t *)"abc.de", sends, 3), 3);
    EXPECT_EQUAL(sends[0], 3);
    EXPECT_EQUAL(sends[3], -EBADF);
    EXPECT_EQUAL(sends[6], 2);
    wait_for(one.server, POLLIN);
    wait_for(two.server, POLLIN);
    int32_t receives[] = {one.server, 1, 4, one.server, 5, 4, two.server, 8, 8};
    EXPECT_EQUAL(el_recv_many(bytes, receives, 3, 100), 3);
    EXPECT_EQUAL(receives[0], 3);
    EXPECT_EQUAL(receives[3], -EAGAIN);
    EXPECT_EQUAL(receives[6], 2);
    EXPECT_EQUAL(memcmp(bytes, "#abc####de######", sizeof bytes), 0);
    loopback_close(one);
    loopback_close(two);
}

TEST(recv_many_stops_when_enough_bytes_have_come)
{
    uint8_t bytes[16];
    const struct pair one = loopback_pair();
    const struct pair two = loopback_pair();
    EXPECT_EQUAL(el_send(one.client, (const uint8_t *)"abcd", 0, 4), 4);
    EXPECT_EQUAL(el_send(two.client, (const uint8_t *)"abcd", 0, 4), 4);
    wait_for(one.server, POLLIN);
    wait_for(two.server, POLLIN);
    int32_t triples[] = {one.server, 0, 8, two.server, 8, 8};
    EXPECT_EQUAL(el_recv_many(bytes, triples, 2, 4), 1);
    EXPECT_EQUAL(triples[0], 4);
    EXPECT_EQUAL(triples[3], two.server);
    EXPECT_EQUAL(el_recv_many(bytes, triples + 3, 1, 4), 1);
    EXPECT_EQUAL(triples[3], 4);
    EXPECT_EQUAL(el_recv_many(bytes, triples, 0, 4), 0);
    loopback_close(one);
    loopback_close(two);
}

/* Returned as it is, a negative count would be taken for an error. */
TEST(a_negative_count_of_triples_is_none)
{
    uint8_t byte = 0;
    int32_t triple[] = {-1, 0, 1};
    EXPECT_EQUAL(el_recv_many(&byte, triple, -5, 1), 0);
    EXPECT_EQUAL(el_send_many(&byte, triple, -5), 0);
    EXPECT_EQUAL(el_send_many(&byte, triple, INT32_MIN), 0);
    EXPECT_EQUAL(el_recv_many(&byte, triple, 1, 0), 0);
    EXPECT_EQUAL(el_recv_many(&byte, triple, 1, INT32_MIN), 0);
    EXPECT_EQUAL(triple[0], -1);
}

/* An empty array of JavaScript arrives as NULL. */
TEST(a_base_without_bytes_may_be_null)
{
    const struct pair pair = loopback_pair();
    int32_t triple[] = {pair.client, 0, 0};
    EXPECT_EQUAL(el_send(pair.client, NULL, 0, 0), 0);
    EXPECT_EQUAL(el_send_many(NULL, triple, 1), 1);
    EXPECT_EQUAL(triple[0], 0);
    EXPECT_EQUAL(el_recv(pair.server, NULL, 0, 0), -EAGAIN);
    loopback_close(pair);
}

/* An offset taken for a signed number would point in front of the buffer. The pages are never touched, so that the
 * two gigabytes cost address space only. */
TEST(offsets_beyond_two_gigabytes_are_unsigned)
{
    const uint32_t offset = 0x80000010;
    const size_t size = (size_t)offset + 4096;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    uint8_t *const base = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (base == MAP_FAILED)
        SKIP("no two gigabytes of address space");
    const struct pair pair = loopback_pair();
    base[offset] = 'x';
    EXPECT_EQUAL(el_send(pair.client, base, offset, 1), 1);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(el_recv(pair.server, base, offset + 1, 100), 1);
    EXPECT_EQUAL(base[offset + 1], 'x');
    EXPECT_EQUAL(munmap(base, size), 0);
    loopback_close(pair);
}

TEST(recv_with_nothing_to_read_is_eagain)
{
    uint8_t bytes[4] = {1, 2, 3, 4};
    const uint8_t untouched[4] = {1, 2, 3, 4};
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_recv(pair.server, bytes, 0, sizeof bytes), -EAGAIN);
    EXPECT_EQUAL(memcmp(bytes, untouched, sizeof bytes), 0);
    loopback_close(pair);
}

TEST(recv_after_the_peers_half_close_is_its_bytes_and_then_zero)
{
    uint8_t bytes[8];
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_send(pair.client, (const uint8_t *)"bye", 0, 3), 3);
    EXPECT_EQUAL(el_shutdown(pair.client, SHUT_WR), 0);
    wait_for(pair.server, POLLRDHUP);
    EXPECT_EQUAL(el_recv(pair.server, bytes, 0, sizeof bytes), 3);
    EXPECT_EQUAL(el_recv(pair.server, bytes, 0, sizeof bytes), 0);
    EXPECT_EQUAL(el_send(pair.server, (const uint8_t *)"you too", 0, 7), 7);
    loopback_close(pair);
}

/* A linger time of zero makes close send a reset instead of an orderly end. */
TEST(recv_after_a_reset_is_econnreset)
{
    uint8_t byte;
    const struct linger abort = {.l_onoff = 1, .l_linger = 0};
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &abort, sizeof abort), 0);
    EXPECT_EQUAL(el_close(pair.client), 0);
    wait_for(pair.server, POLLIN);
    EXPECT_EQUAL(el_recv(pair.server, &byte, 0, 1), -ECONNRESET);
    EXPECT_EQUAL(el_close(pair.server), 0);
}

static int32_t send_until_it_fails(int32_t fd)
{
    static const uint8_t zeros[65536];
    int32_t result;
    do
        result = el_send(fd, zeros, 0, sizeof zeros);
    while (result >= 0);
    return result;
}

TEST(send_into_a_full_buffer_is_eagain)
{
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(send_until_it_fails(pair.client), -EAGAIN);
    loopback_close(pair);
}

static volatile sig_atomic_t pipe_signals;

static void count_pipe_signal(int signal)
{
    (void)signal;
    pipe_signals++;
}

static struct sigaction count_pipe_signals(void)
{
    const struct sigaction counted = {.sa_handler = count_pipe_signal};
    struct sigaction before;
    pipe_signals = 0;
    EXPECT_EQUAL(sigaction(SIGPIPE, &counted, &before), 0);
    return before;
}

/* The first send is accepted, because only its answer, a reset, tells that nobody is there any more. */
TEST(send_to_a_closed_peer_is_epipe_and_raises_no_signal)
{
    const struct sigaction before = count_pipe_signals();
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_close(pair.server), 0);
    wait_for(pair.client, POLLRDHUP);
    EXPECT_EQUAL(el_send(pair.client, (const uint8_t *)"x", 0, 1), 1);
    wait_for(pair.client, POLLERR);
    EXPECT_EQUAL(el_send(pair.client, (const uint8_t *)"x", 0, 1), -EPIPE);
    EXPECT_EQUAL(pipe_signals, 0);
    EXPECT_EQUAL(el_close(pair.client), 0);
    EXPECT_EQUAL(sigaction(SIGPIPE, &before, NULL), 0);
}

TEST(send_after_the_own_shutdown_is_epipe_and_raises_no_signal)
{
    const struct sigaction before = count_pipe_signals();
    const struct pair pair = loopback_pair();
    EXPECT_EQUAL(el_shutdown(pair.client, SHUT_WR), 0);
    EXPECT_EQUAL(el_send(pair.client, (const uint8_t *)"x", 0, 1), -EPIPE);
    EXPECT_EQUAL(pipe_signals, 0);
    loopback_close(pair);
    EXPECT_EQUAL(sigaction(SIGPIPE, &before, NULL), 0);
}

TEST(stream_calls_on_a_descriptor_that_is_not_open_are_ebadf)
{
    uint8_t byte = 0;
    EXPECT_EQUAL(el_recv(-1, &byte, 0, 1), -EBADF);
    EXPECT_EQUAL(el_send(-1, &byte, 0, 1), -EBADF);
    EXPECT_EQUAL(el_shutdown(-1, SHUT_WR), -EBADF);
}

TEST(stream_calls_without_a_peer_are_enotconn_or_epipe)
{
    uint8_t byte = 0;
    const int32_t fd = el_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQUAL(el_recv(fd, &byte, 0, 1), -ENOTCONN);
    EXPECT_EQUAL(el_send(fd, &byte, 0, 1), -EPIPE);
    EXPECT_EQUAL(el_shutdown(fd, SHUT_WR), -ENOTCONN);
    EXPECT_EQUAL(el_close(fd), 0);
}
