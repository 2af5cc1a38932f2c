/*
 * pattern.h - the bytes that are sent, which are also the bytes that must come back.
 *
 * One seeded pseudo-random block is repeated without end. Each connection starts at a place of its own, so that bytes
 * lost, doubled, reordered or sent to the wrong connection are found. Any stretch up to CHUNK_BYTES lies contiguous in
 * memory: sending needs no copy, and checking is one memcmp.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "load.h"

/* A prime, so that no message size is in step with it. */
enum { PATTERN_PERIOD = 65521 };

static uint8_t pattern[PATTERN_PERIOD + CHUNK_BYTES];

static inline void fill_pattern(void) {
  uint32_t state = 0x9e3779b9;
  for (uint32_t i = 0; i < PATTERN_PERIOD; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    pattern[i] = (uint8_t)state;
  }
  for (uint32_t i = PATTERN_PERIOD; i < sizeof pattern; i++) pattern[i] = pattern[i - PATTERN_PERIOD];
}

/* The bytes at `offset` of the stream of a connection. */
static inline const uint8_t *pattern_at(uint32_t connection, uint64_t offset) {
  return pattern + (connection * 4099ull + offset) % PATTERN_PERIOD;
}

static inline bool matches_pattern(uint32_t connection, uint64_t offset, const uint8_t *bytes, size_t length) {
  return memcmp(bytes, pattern_at(connection, offset), length) == 0;
}

#endif
