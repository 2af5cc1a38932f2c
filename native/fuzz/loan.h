/*
 * loan.h - memory of an exact size that is lent to the library, and got back with proof of what was written.
 *
 * On both sides lie guard bytes. Compiled code that touches them is AddressSanitizer's to catch; what the kernel wrote
 * there, and inside the loan where it had no business, shows when the loan is returned.
 */
#ifndef EDGELOOP_FUZZ_LOAN_H
#define EDGELOOP_FUZZ_LOAN_H

#include <stddef.h>
#include <stdint.h>

struct loan {
    uint8_t *bytes;
    size_t size;
    uint8_t *original;
    /* Of each byte, whether it may have changed. */
    uint8_t *writable;
};

/* The bytes differ from their neighbours, so that a shifted copy shows. The pointer is aligned for any number. */
struct loan loan_of(size_t size);

/* The bytes are as they are now when the library gets them: called after the caller has filled in what it asks for. */
void loan_begin(struct loan *loan);

/* Says that [offset, offset + length) may be written. */
void loan_allow(struct loan *loan, size_t offset, size_t length);

/* Checks the guards and every byte that was not allowed, and frees the memory. */
void loan_end(struct loan *loan);

#endif
