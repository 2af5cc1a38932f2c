#include "edgeloop.h"
#include "harness.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

/* Room for the CPUs of any kernel that is built to be shipped. */
#define MASK_BYTES 1024

static uint8_t first_cpu_of(const uint8_t *mask, int32_t bytes)
{
    for (int32_t i = 0; i < 8 * bytes && i < UINT8_MAX; i++)
        if (mask[i / 8] >> i % 8 & 1)
            return (uint8_t)i;
    SKIP("none of the first 255 CPUs may be used");
    return 0;
}

TEST(affinity_is_what_was_set)
{
    uint8_t all[MASK_BYTES];
    uint8_t now[MASK_BYTES];
    const int32_t bytes = el_getaffinity(all, sizeof all);
    EXPECT(bytes > 0 && bytes % 8 == 0);
    const uint8_t cpu = first_cpu_of(all, bytes);
    uint8_t one[UINT8_MAX / 8 + 1] = {0};
    one[cpu / 8] = (uint8_t)(1 << cpu % 8);
    EXPECT_EQUAL(el_setaffinity(one, cpu / 8 + 1u), 0);
    EXPECT_EQUAL(el_getaffinity(now, sizeof now), bytes);
    EXPECT_EQUAL(memcmp(now, one, cpu / 8 + 1u), 0);
    for (int32_t i = cpu / 8 + 1; i < bytes; i++)
        EXPECT_EQUAL(now[i], 0);
    EXPECT_EQUAL(el_setaffinity(all, (uint32_t)bytes), 0);
}

TEST(affinity_errors)
{
    uint8_t mask[MASK_BYTES] = {0};
    EXPECT_EQUAL(el_setaffinity(mask, sizeof mask), -EINVAL);
    EXPECT_EQUAL(el_setaffinity(NULL, 0), -EINVAL);
    EXPECT_EQUAL(el_getaffinity(mask, 0), -EINVAL);
    EXPECT_EQUAL(el_getaffinity(mask, 7), -EINVAL);
}

static void expect_name(const char *expected)
{
    char name[16];
    EXPECT_EQUAL(prctl(PR_GET_NAME, name), 0);
    EXPECT_EQUAL(strcmp(name, expected), 0);
}

TEST(the_name_of_the_thread_is_cut_to_15_bytes)
{
    char before[16];
    EXPECT_EQUAL(prctl(PR_GET_NAME, before), 0);
    EXPECT_EQUAL(el_thread_name((const uint8_t *)"edgeloop-123456789", 18), 0);
    expect_name("edgeloop-123456");
    EXPECT_EQUAL(el_thread_name((const uint8_t *)"edgeloop-1#", 10), 0);
    expect_name("edgeloop-1");
    EXPECT_EQUAL(el_thread_name(NULL, 0), 0);
    expect_name("");
    EXPECT_EQUAL(el_thread_name((const uint8_t *)before, sizeof before), 0);
    expect_name(before);
}
