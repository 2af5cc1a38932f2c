const FIRST_BYTES = 4096;

/** What keeps more than this for the next time would keep it for ever. */
const KEPT_BYTES = 1024 * 1024;

/** Bytes written one after the other, into memory that is used again. */
export class ByteSink {
  bytes = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;

  /** Empties it, and lets go of the memory that one long result took. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafe(FIRST_BYTES);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** An ASCII text. */
  text(text: string): void {
    this.reserve(text.length);
    for (let index = 0; index < text.length; index++) this.bytes[this.length++] = text.charCodeAt(index);
  }

  range(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.bytes.set(source.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** The last `count` bytes of an unsigned number, the highest first. */
  bigEndian(value: number, count: number): void {
    this.reserve(count);
    this.length = this.bytes.writeUIntBE(value, this.length, count);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleBE(value, this.length);
  }

  float(value: number): void {
    this.reserve(4);
    this.length = this.bytes.writeFloatBE(value, this.length);
  }

  long(value: bigint): void {
    this.reserve(8);
    this.length = this.bytes.writeBigUInt64BE(BigInt.asUintN(64, value), this.length);
  }

  /** Makes sure that so many bytes can be written. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(bytes, 0, 0, this.length);
    this.bytes = bytes;
  }
}
