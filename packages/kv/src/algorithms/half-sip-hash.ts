/**
 * HalfSipHash-1-3 of `bytes[start, end)`, as a signed 32-bit integer. It is the keyed hash of SipHash (Aumasson and Bernstein,
 * "SipHash: a fast short-input PRF", 2012) with words of 32 bits, which JavaScript's integers have, and with one round for
 * each word of the message and three at the end, as hash tables use it: whoever does not know the key cannot find messages
 * that collide.
 *
 * Every request to the server comes through here, so nothing is allocated, and the round stands twice, as a function could
 * not return four words.
 *
 * @param key0 the first half of the secret, an int32
 * @param key1 the second half
 */
export function halfSipHash(bytes: Uint8Array, start: number, end: number, key0: number, key1: number): number {
  let v0 = key0 | 0;
  let v1 = key1 | 0;
  let v2 = 0x6c796765 ^ key0;
  let v3 = 0x74656462 ^ key1;
  const tail = end - ((end - start) & 3);
  let at = start;
  for (; at < tail; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = v0 ^ ((v1 << 5) | (v1 >>> 27));
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = v2 ^ ((v3 << 8) | (v3 >>> 24));
    v0 = (v0 + v3) | 0;
    v3 = v0 ^ ((v3 << 7) | (v3 >>> 25));
    v2 = (v2 + v1) | 0;
    v1 = v2 ^ ((v1 << 13) | (v1 >>> 19));
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  // The bytes that fill no word, with the length above them, so that trailing zeros count.
  let last = (end - start) << 24;
  for (let shift = 0; at < end; at++, shift += 8) last |= bytes[at]! << shift;
  v3 ^= last;
  for (let round = 0; round < 4; round++) {
    v0 = (v0 + v1) | 0;
    v1 = v0 ^ ((v1 << 5) | (v1 >>> 27));
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = v2 ^ ((v3 << 8) | (v3 >>> 24));
    v0 = (v0 + v3) | 0;
    v3 = v0 ^ ((v3 << 7) | (v3 >>> 25));
    v2 = (v2 + v1) | 0;
    v1 = v2 ^ ((v1 << 13) | (v1 >>> 19));
    v2 = (v2 << 16) | (v2 >>> 16);
    if (round > 0) continue;
    // This round took in the last word, as those above theirs. The others stir what is there.
    v0 ^= last;
    v2 ^= 0xff;
  }
  return v1 ^ v3;
}
