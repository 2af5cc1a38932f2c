/*
 * memory.c - advice about the caller's memory.
 */
#include "edgeloop.h"
#include "syscall.h"

#include <sys/mman.h>

/* Of huge pages on x86-64, and on aarch64 with pages of 4 KiB; elsewhere still a multiple of a page, which madvise asks for. */
#define HUGE_BYTES ((uintptr_t)2 << 20)

int32_t el_advise_huge_pages(uint8_t *base, uint32_t length)
{
    const uintptr_t first = ((uintptr_t)base + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1);
    const uintptr_t end = ((uintptr_t)base + length) & ~(HUGE_BYTES - 1);
    return first >= end ? 0 : EL_SYSCALL(SYS_madvise, first, end - first, MADV_HUGEPAGE);
}
