#include "edgeloop.h"
#include "harness.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20, BYTES = 8 * MIB };

/* Whether the mapping that `address` lies in is advised: "hg" in its VmFlags, see proc_pid_smaps(5). */
static int is_advised(const void *address)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    int is_here = 0, advised = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t first, end;
        if (sscanf(line, "%lx-%lx ", &first, &end) == 2)
            is_here = (uintptr_t)address >= first && (uintptr_t)address < end;
        else if (is_here && strncmp(line, "VmFlags:", 8) == 0)
            advised = strstr(line, " hg") != NULL;
    }
    if (maps != NULL)
        fclose(maps);
    return advised;
}

TEST(huge_pages_are_advised_inside_the_range_and_not_at_its_ends)
{
    uint8_t *memory = aligned_alloc(2 * MIB, BYTES);
    const int32_t result = el_advise_huge_pages(memory + 1, BYTES - 2);
    EXPECT(result == 0 || result == -22);
    EXPECT_EQUAL(is_advised(memory + BYTES / 2), result == 0);
    EXPECT(!is_advised(memory));
    EXPECT(!is_advised(memory + BYTES - 1));
    free(memory);
}

TEST(what_is_too_small_for_a_huge_page_is_left_alone)
{
    uint8_t *memory = aligned_alloc(2 * MIB, 2 * MIB);
    EXPECT_EQUAL(el_advise_huge_pages(memory + 1, 2 * MIB - 1), 0);
    EXPECT(!is_advised(memory + MIB));
    EXPECT_EQUAL(el_advise_huge_pages(memory, 0), 0);
    free(memory);
}
