/*
 * signal-set.h - sets of signals as the library takes them.
 */
#ifndef EDGELOOP_TEST_SIGNAL_SET_H
#define EDGELOOP_TEST_SIGNAL_SET_H

#include <stdint.h>

#define SIGNAL_BIT(signal) (UINT64_C(1) << ((signal) - 1))

/* A set in its two halves, as two arguments. */
#define SIGNAL_SET(bits) (uint32_t)(bits), (uint32_t)((uint64_t)(bits) >> 32)

#endif
