/*
 * lent.h - the caller's memory on its way into the kernel, private to this library.
 *
 * AddressSanitizer watches what compiled code touches, and a raw system call is not that: the kernel would write past
 * the end of a buffer unseen. So a sanitized build asks, before each call, whether all that is lent may be touched,
 * also where the kernel would have touched less of it. In the library that is shipped these are an addition.
 */
#ifndef EDGELOOP_LENT_H
#define EDGELOOP_LENT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__has_feature)
#define EL_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define EL_ADDRESS_SANITIZER 1
#else
#define EL_ADDRESS_SANITIZER 0
#endif

#if EL_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

/* The first byte of them that is not the program's. */
static inline void *foreign_byte(void *memory, size_t length)
{
#if EL_ADDRESS_SANITIZER
    return __asan_region_is_poisoned(memory, length);
#else
    (void)memory;
    (void)length;
    return NULL;
#endif
}

/* The address is added up as a number, because an empty buffer may arrive as NULL, and a C pointer that is null does
 * not even allow 0 to be added. What is foreign is touched: that is reported, and ends the process. */
static inline void *lent_to_read(const void *base, size_t offset, size_t length)
{
    void *const memory = (void *)((uintptr_t)base + offset);
    const volatile uint8_t *const foreign = foreign_byte(memory, length);
    if (foreign != NULL)
        (void)*foreign;
    return memory;
}

static inline void *lent_to_write(void *base, size_t offset, size_t length)
{
    void *const memory = (void *)((uintptr_t)base + offset);
    volatile uint8_t *const foreign = foreign_byte(memory, length);
    if (foreign != NULL)
        *foreign = 0;
    return memory;
}

#endif
