/** Bounds of the scripts, with their units. */

/** lua-time-limit of Redis: how long a script may keep everybody waiting before others are told that it is busy. */
export const SCRIPT_TIME_LIMIT_MS = 5000;

/** The clock is read after so many instructions of Lua: ten times in a millisecond, but each may be a call that takes milliseconds itself. */
export const INSTRUCTIONS_PER_CLOCK_READING = 10_000;

/** What all scripts together may have in memory. The machine starts with 16 MB of address space, of which it touches little. */
export const MAX_SCRIPT_MEMORY_BYTES = 256 * 1024 * 1024;

/** A machine that a script made grow beyond this is not kept: WebAssembly gives no memory back. */
export const KEPT_MACHINE_BYTES = 64 * 1024 * 1024;

/** A library of functions may take this long to load: it only registers them. */
export const FUNCTION_LOAD_LIMIT_MS = 500;
