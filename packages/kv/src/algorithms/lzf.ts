/**
 * LZF (Marc Lehmann's LibLZF), in which strings of DUMP payloads are compressed. The format is a sequence of
 *
 *     000lllll bytes                     l + 1 bytes as they are
 *     LLLooooo oooooooo                  L + 2 bytes that stand o + 1 bytes before, L being 1 to 6
 *     111ooooo LLLLLLLL oooooooo         the same with 9 more bytes
 *
 * The compressor may choose other repetitions than LibLZF; each reads what the other writes.
 */
const MAX_LITERALS = 32;
const MIN_REPETITION = 3;
const MAX_REPETITION = 264;
const MAX_DISTANCE = 8192;
const HASH_BITS = 13;

/** Where three bytes with this hash were seen last, plus one. Emptied for each run, as results must not depend on the one before. */
const lastSeen = new Int32Array(1 << HASH_BITS);

/** Compresses `source[start, end)` to `target[at, limit)` and returns where that ends, or -1 if it does not fit. */
export function lzfCompress(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number, limit: number): number {
  lastSeen.fill(0);
  let literals = start;
  let out = at;
  for (let from = start; from < end; ) {
    const earlier = from + MIN_REPETITION <= end ? findRepetition(source, start, from) : -1;
    if (earlier < 0) {
      from++;
      continue;
    }
    const length = repetitionLength(source, earlier, from, Math.min(end, from + MAX_REPETITION));
    out = writeLiterals(source, literals, from, target, out, limit);
    out = writeRepetition(length, from - earlier, target, out, limit);
    if (out < 0) return -1;
    from += length;
    literals = from;
  }
  return writeLiterals(source, literals, end, target, out, limit);
}

/** Where the three bytes at `from` stand earlier, or -1. Makes a note of them. */
function findRepetition(source: Uint8Array, start: number, from: number): number {
  const three = source[from]! | (source[from + 1]! << 8) | (source[from + 2]! << 16);
  const hash = Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
  const earlier = lastSeen[hash]! - 1 + start;
  lastSeen[hash] = from - start + 1;
  if (earlier < start || from - earlier > MAX_DISTANCE) return -1;
  return source[earlier] === source[from] && source[earlier + 1] === source[from + 1] && source[earlier + 2] === source[from + 2] ? earlier : -1;
}

function repetitionLength(source: Uint8Array, earlier: number, from: number, end: number): number {
  let length = MIN_REPETITION;
  while (from + length < end && source[earlier + length] === source[from + length]) length++;
  return length;
}

function writeLiterals(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number, limit: number): number {
  let out = at;
  for (let from = start; from < end; ) {
    const count = Math.min(end - from, MAX_LITERALS);
    if (out < 0 || out + 1 + count > limit) return -1;
    target[out++] = count - 1;
    for (const stop = from + count; from < stop; ) target[out++] = source[from++]!;
  }
  return out;
}

function writeRepetition(length: number, distance: number, target: Uint8Array, at: number, limit: number): number {
  const count = length - 2;
  const offset = distance - 1;
  let out = at;
  if (out < 0 || out + (count < 7 ? 2 : 3) > limit) return -1;
  target[out++] = (Math.min(count, 7) << 5) | (offset >> 8);
  if (count >= 7) target[out++] = count - 7;
  target[out++] = offset;
  return out;
}

/** Expands `source[start, end)` to `target[at, limit)` and returns where that ends, or -1 if it does not fit or is corrupt. */
export function lzfDecompress(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number, limit: number): number {
  let out = at;
  for (let from = start; from < end; ) {
    const control = source[from++]!;
    if (control < MAX_LITERALS) {
      const stop = from + control + 1;
      if (stop > end || out + control + 1 > limit) return -1;
      while (from < stop) target[out++] = source[from++]!;
      continue;
    }
    const long = control >> 5 === 7;
    if (from + (long ? 2 : 1) > end) return -1;
    const length = (control >> 5) + (long ? source[from++]! : 0) + 2;
    let earlier = out - ((control & 0x1f) << 8) - source[from++]! - 1;
    if (earlier < at || out + length > limit) return -1;
    for (const stop = out + length; out < stop; ) target[out++] = target[earlier++]!;
  }
  return out;
}
