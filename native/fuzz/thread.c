/*
 * thread.c - the calling thread's CPUs and name.
 */
#include "calls.h"
#include "check.h"
#include "edgeloop.h"
#include "loan.h"

#include <string.h>

#define MASK_BYTES 1024

/* What is set is part of what was got, so that the thread may always run somewhere. */
int32_t fuzz_affinity(const struct world *world, struct input *input)
{
    (void)world;
    struct loan mask = loan_of(take_upto(input, 3) == 0 ? take_size(input, MASK_BYTES) : MASK_BYTES);
    loan_begin(&mask);
    const int32_t bytes = checked(el_getaffinity(mask.bytes, (uint32_t)mask.size), (int64_t)mask.size);
    if (bytes > 0) {
        loan_allow(&mask, 0, (size_t)bytes);
        checked(el_setaffinity(mask.bytes, take_upto(input, (uint32_t)bytes)), 0);
        CHECK(el_setaffinity(mask.bytes, (uint32_t)bytes) == 0);
    }
    loan_end(&mask);
    return bytes;
}

int32_t fuzz_thread_name(const struct world *world, struct input *input)
{
    (void)world;
    struct loan name = loan_of(take_size(input, 32));
    if (take_upto(input, 1) == 0)
        memset(name.bytes, 'x', name.size);
    loan_begin(&name);
    const int32_t result = el_thread_name(name.bytes, (uint32_t)name.size);
    CHECK(result == 0);
    loan_end(&name);
    return result;
}
