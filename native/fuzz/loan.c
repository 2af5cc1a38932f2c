/*
 * loan.c - see loan.h.
 */
#include "loan.h"

#include "check.h"

#include <sanitizer/asan_interface.h>
#include <string.h>

#define GUARD 64

static uint8_t pattern(size_t index)
{
    return (uint8_t)(0xa5 + index * 7);
}

static void *allocated(size_t size)
{
    void *const memory = malloc(size);
    CHECK(memory != NULL);
    return memory;
}

struct loan loan_of(size_t size)
{
    uint8_t *const whole = allocated(size + 2 * GUARD);
    for (size_t i = 0; i < size + 2 * GUARD; i++)
        whole[i] = pattern(i);
    return (struct loan){whole + GUARD, size, allocated(size + 1), calloc(size + 1, 1)};
}

void loan_begin(struct loan *loan)
{
    memcpy(loan->original, loan->bytes, loan->size);
    ASAN_POISON_MEMORY_REGION(loan->bytes - GUARD, GUARD);
    ASAN_POISON_MEMORY_REGION(loan->bytes + loan->size, GUARD);
}

void loan_allow(struct loan *loan, size_t offset, size_t length)
{
    CHECK(offset <= loan->size && length <= loan->size - offset);
    memset(loan->writable + offset, 1, length);
}

static void check_guard(const uint8_t *whole, size_t from)
{
    for (size_t i = from; i < from + GUARD; i++)
        CHECK(whole[i] == pattern(i));
}

void loan_end(struct loan *loan)
{
    uint8_t *const whole = loan->bytes - GUARD;
    ASAN_UNPOISON_MEMORY_REGION(whole, loan->size + 2 * GUARD);
    check_guard(whole, 0);
    check_guard(whole, GUARD + loan->size);
    for (size_t i = 0; i < loan->size; i++)
        CHECK(loan->writable[i] || loan->bytes[i] == loan->original[i]);
    free(whole);
    free(loan->original);
    free(loan->writable);
}
