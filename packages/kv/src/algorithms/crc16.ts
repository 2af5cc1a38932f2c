/** CRC-16/XMODEM (polynomial 1021, nothing reflected or inverted), by which Redis Cluster distributes keys. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0);
  return crc;
});

const SLOT_MASK = 0x3fff;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** The checksum of `bytes[start, end)`. */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let at = start; at < end; at++) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >>> 8) ^ bytes[at]!]!;
  return crc;
}

/**
 * The slot of a key among the 16384 of a cluster. If the key has a tag, the text between its first brace and the next
 * closing one, and that is not empty, only the tag counts, so that keys can be kept together.
 */
export function keySlot(bytes: Uint8Array, start: number, end: number): number {
  const opening = indexOf(bytes, OPENING_BRACE, start, end);
  const closing = indexOf(bytes, CLOSING_BRACE, opening + 1, end);
  const tagged = closing < end && closing > opening + 1;
  return (tagged ? crc16(bytes, opening + 1, closing) : crc16(bytes, start, end)) & SLOT_MASK;
}

/** Where a byte is first in `bytes[start, end)`; `end` if it is not there. */
function indexOf(bytes: Uint8Array, byte: number, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== byte) at++;
  return at;
}
