/*
 * input.h - the bytes of one run, taken as the numbers of a program. When they are used up, what is taken is 0.
 */
#ifndef EDGELOOP_FUZZ_INPUT_H
#define EDGELOOP_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *next;
    size_t left;
};

static inline uint32_t take(struct input *input, size_t bytes)
{
    uint32_t value = 0;
    for (; bytes > 0 && input->left > 0; bytes--, input->left--)
        value = value << 8 | *input->next++;
    return value;
}

/* A number from 0 to `most`. */
static inline uint32_t take_upto(struct input *input, uint32_t most)
{
    return take(input, most < 256 ? 1 : 4) % (most + 1);
}

/* The same for a size: where memory ends too soon for a field, faults are likelier than at any other one. */
static inline uint32_t take_size(struct input *input, uint32_t most)
{
    const uint32_t choice = take(input, 1);
    if (choice < 32)
        return choice % 4 < most ? choice % 4 : most;
    return choice < 48 ? most : take_upto(input, most);
}

/* A count as a caller may get it wrong: around nothing, around `limit`, and very far from both. */
static inline int32_t take_count(struct input *input, int32_t limit)
{
    static const int32_t far[] = {-1, INT32_MIN, INT32_MAX, 0x40000000};
    const uint32_t choice = take(input, 1);
    if (choice < 4)
        return far[choice];
    return choice < 16 ? limit - 8 + (int32_t)choice : (int32_t)choice % 8;
}

#endif
