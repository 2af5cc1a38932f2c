import { crc32 } from '../algorithms/crc32.js';

/**
 * How each file begins, little-endian:
 *
 *     byte 0   magic, "edgeloop"
 *     byte 8   version of the format
 *     byte 12  kind: 1 is a log, 2 a snapshot
 *     byte 16  number, as in its name: low and high word
 *     byte 24  lineage: 16 random bytes, the same in all files of a folder
 *     byte 40  salt: 4 random bytes of this file
 *     byte 44  CRC-32 of the bytes before
 */
export const FILE_HEADER_BYTES = 48;

/** The length of a lineage. */
export const LINEAGE_BYTES = 16;

export type FileKind = 'log' | 'snapshot';

export interface FileHeader {
  readonly kind: FileKind;
  readonly number: number;
  readonly lineage: Buffer;
  readonly salt: number;
}

const MAGIC = Buffer.from('edgeloop', 'latin1');
const VERSION = 1;
const KINDS: readonly (FileKind | undefined)[] = [undefined, 'log', 'snapshot'];
const WORD = 2 ** 32;
const VERSION_AT = 8;
const KIND_AT = 12;
const NUMBER_AT = 16;
const LINEAGE_AT = 24;
const SALT_AT = 40;
const SUM_AT = 44;

export function encodeFileHeader({ kind, number, lineage, salt }: FileHeader): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(VERSION, VERSION_AT);
  bytes.writeUInt32LE(KINDS.indexOf(kind), KIND_AT);
  bytes.writeUInt32LE(number % WORD, NUMBER_AT);
  bytes.writeUInt32LE(Math.floor(number / WORD), NUMBER_AT + 4);
  lineage.copy(bytes, LINEAGE_AT, 0, LINEAGE_BYTES);
  bytes.writeUInt32LE(salt, SALT_AT);
  bytes.writeUInt32LE(crc32(bytes, 0, SUM_AT), SUM_AT);
  return bytes;
}

/** What a file's first bytes say, or what is wrong with them. */
export function decodeFileHeader(bytes: Buffer): FileHeader | string {
  if (bytes.length < FILE_HEADER_BYTES) return `its header has ${bytes.length} bytes of ${FILE_HEADER_BYTES}`;
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return 'it does not begin as a file of this store does';
  if (bytes.readUInt32LE(SUM_AT) !== crc32(bytes, 0, SUM_AT)) return 'the checksum of its header is wrong';
  const version = bytes.readUInt32LE(VERSION_AT);
  if (version !== VERSION) return `it has version ${version} of the format, and this program reads version ${VERSION}`;
  const kind = KINDS[bytes.readUInt32LE(KIND_AT)];
  if (kind === undefined) return 'it is neither a log nor a snapshot';
  return {
    kind,
    number: bytes.readUInt32LE(NUMBER_AT) + bytes.readUInt32LE(NUMBER_AT + 4) * WORD,
    lineage: Buffer.from(bytes.subarray(LINEAGE_AT, LINEAGE_AT + LINEAGE_BYTES)),
    salt: bytes.readUInt32LE(SALT_AT),
  };
}

/** The lineage that stands in a header whose checksum is wrong, and may be right or not. Undefined where the checksum is right: then the header is of another kind, and not damaged. */
export function salvageLineage(bytes: Buffer): Buffer | undefined {
  if (bytes.length < FILE_HEADER_BYTES || bytes.readUInt32LE(SUM_AT) === crc32(bytes, 0, SUM_AT)) return undefined;
  return Buffer.from(bytes.subarray(LINEAGE_AT, LINEAGE_AT + LINEAGE_BYTES));
}
