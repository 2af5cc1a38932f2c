/**
 * Bytes that stand in the place of a type in Redis's snapshot format, and say something else of what follows.
 *
 * Source: https://rdb.fnordig.de/file_format.html, and what redis-server writes.
 */

/** The source of a library of functions follows. */
export const LIBRARY = 245;
/** The deadline of the next key follows, in ms since the epoch. */
export const DEADLINE = 252;
/** The number of the database follows that the next keys are of. */
export const DATABASE = 254;
/** Here it ends. */
export const END = 255;
