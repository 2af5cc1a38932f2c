import { stepBackOverWord, stepOfWord } from '../algorithms/crc32.js';

/**
 * What stands before each payload in a file, little-endian:
 *
 *     byte 0   length of the payload
 *     byte 4   CRC-32 of the payload
 *     byte 8   the position up to which the file was known to be synced when this was written: low and high word
 *     byte 16  CRC-32 of these 16 bytes, seeded with the file's salt and the position of the header itself
 *
 * The seed makes a header good in one place of one file only. So one can be looked for behind a damaged record: nothing that a client
 * has stored, even a copy of a whole log, is taken for it.
 */
export const RECORD_HEADER_BYTES = 20;

/** Header and payload: a longer one has no length that could be written down, and no Buffer of Node 20. */
export const MAX_RECORD_BYTES = 2 ** 32;

const WORD = 2 ** 32;

/** What a header says; it is filled again and again. */
export class RecordHeader {
  payloadBytes = 0;
  payloadSum = 0;
  synced = 0;

  /** Takes what stands at `bytes[at]`, where the file has `position`. Returns whether it is a header. */
  decode(bytes: DataView, at: number, salt: number, position: number): boolean {
    this.payloadBytes = bytes.getUint32(at, true);
    this.payloadSum = bytes.getUint32(at + 4, true);
    this.synced = readSynced(bytes, at);
    return bytes.getUint32(at + 16, true) === this.#sum(salt, position);
  }

  /** Writes it to `bytes[at]`, which goes to `position` of the file. */
  encode(bytes: DataView, at: number, salt: number, position: number): void {
    bytes.setUint32(at, this.payloadBytes, true);
    bytes.setUint32(at + 4, this.payloadSum, true);
    bytes.setUint32(at + 8, this.synced, true);
    bytes.setUint32(at + 12, this.synced / WORD, true);
    bytes.setUint32(at + 16, this.#sum(salt, position), true);
  }

  /** zlib.crc32 of the position in 8 bytes and the header's first 16, with the salt as the value to begin with. */
  #sum(salt: number, position: number): number {
    let state = stepOfWord(~salt, position % WORD);
    state = stepOfWord(state, position / WORD);
    state = stepOfWord(state, this.payloadBytes);
    state = stepOfWord(state, this.payloadSum);
    state = stepOfWord(state, this.synced % WORD);
    state = stepOfWord(state, this.synced / WORD);
    return ~state >>> 0;
  }
}

/** The synced position alone of what may be a header: it tells most bytes that are none without a sum. */
export function readSynced(bytes: DataView, at: number): number {
  return bytes.getUint32(at + 12, true) * WORD + bytes.getUint32(at + 8, true);
}

/** With which salt what stands at `bytes[at]` is a header: a checksum can be undone. For a file that does not tell its salt any more. */
export function saltOf(bytes: DataView, at: number, position: number): number {
  let state = ~bytes.getUint32(at + 16, true);
  for (let word = 12; word >= 0; word -= 4) state = stepBackOverWord(state, bytes.getUint32(at + word, true));
  state = stepBackOverWord(state, position / WORD);
  return ~stepBackOverWord(state, position % WORD) >>> 0;
}
