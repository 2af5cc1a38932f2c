import type { Collection } from '../values/value-context.js';

/**
 * The word of an entry that says what its key holds:
 *
 *     bits 0-3    the type
 *     bit  4      RAW
 *     bit  5      TEXT
 *     bit  7      EXPIRES (memory/entry.ts)
 *     bits 8-31   when it was last used: seconds (LRU), or minutes and a logarithmic count (LFU)
 */
export const TYPE_BITS = 0xf;

export const STRING = 0;
export const LIST = 1;
export const SET = 2;
export const ZSET = 3;
export const HASH = 4;
export const STREAM = 5;

export type ValueType = typeof STRING | typeof LIST | typeof SET | typeof ZSET | typeof HASH | typeof STREAM;

/** The type of a key with a collection. */
export const TYPE_OF: Readonly<Record<Collection['type'], ValueType>> = { list: LIST, set: SET, zset: ZSET, hash: HASH, stream: STREAM };

/** As TYPE names them, by number. */
export const TYPE_NAMES = ['string', 'list', 'set', 'zset', 'hash', 'stream'] as const;

/** The string was changed in place, which OBJECT ENCODING tells by "raw". */
export const RAW = 1 << 4;

/** The string is no integer in Redis's eyes, though it may look like one: it is the result of floating-point arithmetic. */
export const TEXT = 1 << 5;

/** What a new value of an entry leaves untouched, besides the deadline. */
export const ACCESS_SHIFT = 8;
export const ACCESS_BITS = 0xffffff << ACCESS_SHIFT;
