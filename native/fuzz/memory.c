/*
 * memory.c - what is about memory alone.
 */
#include "calls.h"
#include "check.h"
#include "edgeloop.h"
#include "loan.h"

#include <errno.h>
#include <stdlib.h>

#define HUGE_BYTES ((size_t)2 << 20)
#define REGION (3 * HUGE_BYTES)

/* Advice changes no byte. The region is allocated once: it is large, and is advised again and again. */
int32_t fuzz_advise_huge_pages(const struct world *world, struct input *input)
{
    (void)world;
    static uint8_t *region;
    if (region == NULL)
        region = aligned_alloc(HUGE_BYTES, REGION);
    CHECK(region != NULL);
    const uint32_t offset = take_upto(input, REGION - 1);
    const uint32_t length = take_upto(input, (uint32_t)REGION - offset);
    region[offset] = 7;
    const int32_t result = el_advise_huge_pages(region + offset, length);
    CHECK(result == 0 || result == -EINVAL);
    CHECK(region[offset] == 7);
    return result;
}

int32_t fuzz_abi_describe(const struct world *world, struct input *input)
{
    (void)world;
    const int32_t capacity = (int32_t)take_upto(input, 100) - 10;
    struct loan values = loan_of(capacity < 0 ? 0 : (size_t)capacity * sizeof(uint32_t));
    loan_begin(&values);
    const int32_t count = el_abi_describe((uint32_t *)values.bytes, capacity);
    const size_t size = (size_t)count * sizeof(uint32_t);
    loan_allow(&values, 0, size < values.size ? size : values.size);
    loan_end(&values);
    return count;
}
