/*
 * histogram.h - latencies in log-linear buckets, as in HdrHistogram: each power of two is cut into 128 equal parts, so
 * that a percentile is off by less than 1 % whatever its size, and recording costs a few instructions.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

/* The highest of 40 powers of two is 2^46 ns, some 20 hours: no latency of a bounded run lies beyond. */
enum { PART_BITS = 7, PARTS = 1 << PART_BITS, POWERS = 40, BUCKETS = PARTS * POWERS };

struct histogram {
  uint64_t count;
  uint64_t buckets[BUCKETS];
};

/* The first two groups are exact; beyond them the leading PART_BITS + 1 bits of the value choose the bucket. */
static inline uint32_t bucket_of(uint64_t ns) {
  if (ns < 2 * PARTS) return (uint32_t)ns;
  uint32_t shift = 63 - (uint32_t)__builtin_clzll(ns) - PART_BITS;
  uint32_t bucket = shift * PARTS + (uint32_t)(ns >> shift);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The middle of the bucket, the inverse of bucket_of. */
static inline double bucket_ns(uint32_t bucket) {
  if (bucket < 2 * PARTS) return bucket;
  uint32_t shift = bucket / PARTS - 1;
  uint64_t lowest = (uint64_t)(PARTS + bucket % PARTS) << shift;
  return (double)lowest + (double)(1ull << shift) / 2;
}

static inline void record(struct histogram *histogram, uint64_t ns) {
  histogram->count++;
  histogram->buckets[bucket_of(ns)]++;
}

/* The latency in microseconds that `fraction` of the messages did not exceed. */
static inline double percentile_us(const struct histogram *histogram, double fraction) {
  uint64_t rank = (uint64_t)((double)histogram->count * fraction);
  uint64_t seen = 0;
  uint32_t bucket = 0;
  while (bucket < BUCKETS - 1 && (seen += histogram->buckets[bucket]) <= rank) bucket++;
  return bucket_ns(bucket) / 1000;
}

#endif
