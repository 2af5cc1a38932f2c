/*
 * datagram.c - batches of datagrams. The lists are as long as the count that edgeloop.h cuts theirs to, and no longer.
 */
#include "calls.h"
#include "check.h"
#include "edgeloop.h"
#include "loan.h"

#include <string.h>

#define BASE 2048
#define MOST_SEGMENT 96
#define ROOM sizeof(struct sockaddr_storage)

static int32_t cut(int32_t count)
{
    if (count < 0)
        return 0;
    return count < EL_DATAGRAM_BATCH ? count : EL_DATAGRAM_BATCH;
}

static int32_t socket_for(const struct world *world, struct input *input)
{
    return world_prefer(world, input, UDP, UNIX_DATAGRAM_PEER);
}

/* A datagram may have come with any length, but no more of it than a segment is in memory; its sender is cut to its
 * room in the same way. */
static void check_datagram(const int32_t *result, uint32_t segment, size_t i, struct loan *base, struct loan *addresses)
{
    CHECK(result[0] >= 0 && (uint32_t)result[0] <= segment);
    CHECK((result[1] & ~(MSG_TRUNC | MSG_EOR | MSG_CTRUNC)) == 0);
    CHECK(result[2] >= 0 && (size_t)result[2] <= ROOM);
    loan_allow(base, i * segment, (size_t)result[0]);
    loan_allow(addresses, i * ROOM, (size_t)result[2]);
}

int32_t fuzz_recv_datagrams(const struct world *world, struct input *input)
{
    const int32_t count = take_count(input, EL_DATAGRAM_BATCH);
    const uint32_t segment = take_size(input, MOST_SEGMENT);
    const int32_t fd = socket_for(world, input);
    struct loan base = loan_of((size_t)cut(count) * segment);
    struct loan addresses = loan_of((size_t)cut(count) * ROOM);
    struct loan results = loan_of((size_t)cut(count) * 3 * sizeof(int32_t));
    loan_begin(&base);
    loan_begin(&addresses);
    loan_begin(&results);
    int32_t *const list = (int32_t *)results.bytes;
    const int32_t came = checked(el_recv_datagrams(fd, base.bytes, segment, addresses.bytes, list, count), cut(count));
    for (int32_t i = 0; i < came; i++)
        check_datagram(list + 3 * i, segment, (size_t)i, &base, &addresses);
    if (came > 0)
        loan_allow(&results, 0, (size_t)came * 3 * sizeof(int32_t));
    loan_end(&base);
    loan_end(&addresses);
    loan_end(&results);
    return came;
}

/* A length of 0 is a datagram without address, whose offset means nothing. */
static void put_quad(const struct world *world, struct input *input, int32_t *quad, size_t size, struct loan *addresses,
                     size_t i)
{
    const struct address to = world_address(world, input);
    const uint32_t offset = take_upto(input, (uint32_t)size);
    const int has_address = take_upto(input, 3) != 0;
    memcpy(addresses->bytes + i * ROOM, to.bytes, ROOM);
    quad[0] = (int32_t)offset;
    quad[1] = (int32_t)take_upto(input, (uint32_t)size - offset);
    quad[2] = has_address ? (int32_t)(i * ROOM) : -1;
    quad[3] = has_address ? (int32_t)to.length : 0;
}

int32_t fuzz_send_datagrams(const struct world *world, struct input *input)
{
    const int32_t count = take_count(input, EL_DATAGRAM_BATCH);
    const int32_t fd = socket_for(world, input);
    struct loan base = loan_of(take_size(input, BASE));
    struct loan addresses = loan_of((size_t)cut(count) * ROOM);
    struct loan quads = loan_of((size_t)cut(count) * 4 * sizeof(int32_t));
    int32_t *const list = (int32_t *)quads.bytes;
    for (int32_t i = 0; i < cut(count); i++)
        put_quad(world, input, list + 4 * i, base.size, &addresses, (size_t)i);
    loan_begin(&base);
    loan_begin(&addresses);
    loan_begin(&quads);
    const int32_t sent = checked(el_send_datagrams(fd, base.bytes, addresses.bytes, list, count), cut(count));
    loan_end(&base);
    loan_end(&addresses);
    loan_end(&quads);
    return sent;
}
