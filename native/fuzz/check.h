/*
 * check.h - what ends the run when the library did not keep to edgeloop.h.
 */
#ifndef EDGELOOP_FUZZ_CHECK_H
#define EDGELOOP_FUZZ_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The kernel's errors are numbers up to 4095, and what is returned beside them is not negative. */
#define LARGEST_ERRNO 4095

/* libFuzzer keeps the input of a run that aborts. */
#define CHECK(expression) ((expression) ? (void)0 : broken(__FILE__, __LINE__, #expression))

_Noreturn static inline void broken(const char *file, int line, const char *expression)
{
    fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, expression);
    abort();
}

/* Passes a result on that is -errno or from 0 to `most`. */
static inline int32_t checked(int32_t result, int64_t most)
{
    CHECK(result >= -LARGEST_ERRNO && result <= most);
    return result;
}

#endif
