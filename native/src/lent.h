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

/* What the compilers call before a load or a store of any size. It reports its caller, and does not return if one of
 * these bytes is not the program's. No header declares the two. */
void __asan_loadN(uintptr_t address, size_t length);
void __asan_storeN(uintptr_t address, size_t length);

#define EL_MAY_READ(address, length) __asan_loadN(address, length)
#define EL_MAY_WRITE(address, length) __asan_storeN(address, length)

#else

#define EL_MAY_READ(address, length) ((void)(length))
#define EL_MAY_WRITE(address, length) ((void)(length))

#endif

/* The address is added up as a number, because an empty buffer may arrive as NULL, and a C pointer that is null does
 * not even allow 0 to be added. */
static inline void *lent_to_read(const void *base, size_t offset, size_t length)
{
    const uintptr_t address = (uintptr_t)base + offset;
    EL_MAY_READ(address, length);
    return (void *)address;
}

static inline void *lent_to_write(void *base, size_t offset, size_t length)
{
    const uintptr_t address = (uintptr_t)base + offset;
    EL_MAY_WRITE(address, length);
    return (void *)address;
}

#endif
