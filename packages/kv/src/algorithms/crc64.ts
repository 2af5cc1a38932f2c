/**
 * CRC-64 with the polynomial of David Jones, as the payloads of DUMP end in it: ad93d23594c935a9, reflected on both sides,
 * without initial or final inversion. It is kept in two halves of 32 bits, as a bigint for each byte would be garbage.
 */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;
const LOW = new Int32Array(256);
const HIGH = new Int32Array(256);

for (let byte = 0; byte < 256; byte++) {
  let [low, high] = [byte, 0];
  for (let bit = 0; bit < 8; bit++) {
    const odd = -(low & 1);
    low = ((low >>> 1) | (high << 31)) ^ (odd & POLYNOMIAL_LOW);
    high = (high >>> 1) ^ (odd & POLYNOMIAL_HIGH);
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}

/** Writes the checksum of `bytes[start, end)` at `target[at]`: eight bytes, the lowest first. `target` may be `bytes`. */
export function writeCrc64(bytes: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  let low = 0;
  let high = 0;
  for (let i = start; i < end; i++) {
    const index = (low ^ bytes[i]!) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
    high = (high >>> 8) ^ HIGH[index]!;
  }
  for (let shift = 0; shift < 32; shift += 8) {
    target[at + (shift >> 3)] = low >>> shift;
    target[at + 4 + (shift >> 3)] = high >>> shift;
  }
}

const computed = new Uint8Array(8);

/** Whether the checksum of `bytes[start, end)` follows at `end`. */
export function crc64Follows(bytes: Uint8Array, start: number, end: number): boolean {
  if (end + 8 > bytes.length) return false;
  writeCrc64(bytes, start, end, computed, 0);
  return computed.every((byte, i) => byte === bytes[end + i]);
}
