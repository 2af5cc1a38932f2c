/*
 * rights.c - descriptors that travel. What arrives is closed at once, so that a run that loses one runs out of them.
 */
#include "calls.h"
#include "check.h"
#include "edgeloop.h"
#include "loan.h"

#define BASE 256

static int32_t stream(const struct world *world, struct input *input)
{
    return world_prefer(world, input, STREAM, STREAM_PEER);
}

/* A list is as long as its count says, up to the limit: beyond it nothing is read. */
int32_t fuzz_send_descriptors(const struct world *world, struct input *input)
{
    const int32_t count = take_count(input, EL_DESCRIPTOR_BATCH);
    struct loan base = loan_of(take_size(input, BASE));
    struct loan list = loan_of(count < 0 || count > EL_DESCRIPTOR_BATCH ? 0 : (size_t)count * sizeof(int32_t));
    const int32_t descriptor = take_upto(input, 7) == 0 ? -1 : world->fds[NO_SOCKET + take_upto(input, STREAM_PEER - NO_SOCKET)];
    for (size_t i = 0; i < list.size / sizeof(int32_t); i++)
        ((int32_t *)list.bytes)[i] = descriptor;
    loan_begin(&base);
    loan_begin(&list);
    const int32_t result = checked(el_send_descriptors(stream(world, input), base.bytes, 0, (uint32_t)base.size,
                                                       (const int32_t *)list.bytes, count), (int64_t)base.size);
    loan_end(&base);
    loan_end(&list);
    return result;
}

int32_t fuzz_recv_descriptors(const struct world *world, struct input *input)
{
    const int32_t capacity = take_count(input, EL_DESCRIPTOR_BATCH);
    const int32_t room = capacity < 0 ? 0 : capacity < EL_DESCRIPTOR_BATCH ? capacity : EL_DESCRIPTOR_BATCH;
    struct loan base = loan_of(take_size(input, BASE));
    struct loan list = loan_of((size_t)(room + 1) * sizeof(int32_t));
    int32_t *const descriptors = (int32_t *)list.bytes;
    loan_begin(&base);
    loan_begin(&list);
    const int32_t result = checked(el_recv_descriptors(stream(world, input), base.bytes, 0, (uint32_t)base.size, descriptors,
                                                       capacity), (int64_t)base.size);
    if (result > 0)
        loan_allow(&base, 0, (size_t)result);
    CHECK(descriptors[0] >= 0 && descriptors[0] <= room && (result >= 0 || descriptors[0] == 0));
    loan_allow(&list, 0, (size_t)(descriptors[0] + 1) * sizeof(int32_t));
    for (int32_t i = 1; i <= descriptors[0]; i++)
        CHECK(el_close(descriptors[i]) == 0);
    loan_end(&base);
    loan_end(&list);
    return result;
}
