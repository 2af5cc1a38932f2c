/*
 * stream.c - bytes, one piece or many of one base. Pieces may overlap, as nothing forbids it.
 */
#include "calls.h"
#include "check.h"
#include "edgeloop.h"
#include "loan.h"

#define BASE 2048
#define MOST_TRIPLES 6

struct piece {
    uint32_t offset;
    uint32_t length;
};

static struct piece piece_of(struct input *input, size_t size)
{
    const uint32_t offset = take_upto(input, (uint32_t)size);
    return (struct piece){offset, take_upto(input, (uint32_t)size - offset)};
}

static int32_t stream(const struct world *world, struct input *input)
{
    return world_prefer(world, input, STREAM, SERVER);
}

int32_t fuzz_recv(const struct world *world, struct input *input)
{
    struct loan base = loan_of(take_size(input, BASE));
    const struct piece piece = piece_of(input, base.size);
    loan_begin(&base);
    const int32_t result = checked(el_recv(stream(world, input), base.bytes, piece.offset, piece.length), piece.length);
    if (result > 0)
        loan_allow(&base, piece.offset, (size_t)result);
    loan_end(&base);
    return result;
}

int32_t fuzz_send(const struct world *world, struct input *input)
{
    struct loan base = loan_of(take_size(input, BASE));
    const struct piece piece = piece_of(input, base.size);
    loan_begin(&base);
    const int32_t result = checked(el_send(stream(world, input), base.bytes, piece.offset, piece.length), piece.length);
    loan_end(&base);
    return result;
}

static int32_t triples_of(const struct world *world, struct input *input, struct loan *triples, size_t size)
{
    const int32_t count = (int32_t)take_upto(input, MOST_TRIPLES);
    *triples = loan_of((size_t)count * 3 * sizeof(int32_t));
    int32_t *const list = (int32_t *)triples->bytes;
    for (int32_t i = 0; i < count; i++) {
        const struct piece piece = piece_of(input, size);
        list[3 * i] = stream(world, input);
        list[3 * i + 1] = (int32_t)piece.offset;
        list[3 * i + 2] = (int32_t)piece.length;
    }
    return take(input, 1) == 0 ? -count : count;
}

/* The results take the place of the first `done` descriptors; nothing else of the list may have changed. */
static int32_t check_triples(struct loan *triples, struct loan *base, int32_t done, int32_t count, int received)
{
    const int32_t *const list = (const int32_t *)triples->bytes;
    checked(done, count > 0 ? count : 0);
    CHECK(done >= 0);
    for (int32_t i = 0; i < done; i++) {
        loan_allow(triples, (size_t)i * 3 * sizeof(int32_t), sizeof(int32_t));
        checked(list[3 * i], list[3 * i + 2]);
        if (received && list[3 * i] > 0)
            loan_allow(base, (size_t)list[3 * i + 1], (size_t)list[3 * i]);
    }
    loan_end(triples);
    loan_end(base);
    return done;
}

int32_t fuzz_recv_many(const struct world *world, struct input *input)
{
    struct loan base = loan_of(take_size(input, BASE));
    struct loan triples;
    const int32_t count = triples_of(world, input, &triples, base.size);
    const int32_t enough = take_count(input, BASE);
    loan_begin(&base);
    loan_begin(&triples);
    const int32_t done = el_recv_many(base.bytes, (int32_t *)triples.bytes, count, enough);
    CHECK(enough > 0 || done == 0);
    return check_triples(&triples, &base, done, count, 1);
}

int32_t fuzz_send_many(const struct world *world, struct input *input)
{
    struct loan base = loan_of(take_size(input, BASE));
    struct loan triples;
    const int32_t count = triples_of(world, input, &triples, base.size);
    loan_begin(&base);
    loan_begin(&triples);
    const int32_t done = el_send_many(base.bytes, (int32_t *)triples.bytes, count);
    CHECK(count < 0 || done == count);
    return check_triples(&triples, &base, done, count, 0);
}
