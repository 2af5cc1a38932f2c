import { invariant } from '../invariant.js';

const QUAD = 4;
const FIRST_BYTES = 64 * 1024;
const FIRST_DATAGRAMS = 64;

/**
 * Datagrams that wait to be sent, in order, each with the sockaddr that it goes to. They lie one behind the other in one
 * piece of memory, as sendmmsg(2) is told by quads `[offset, length, address offset, address length]`, and are copies: the
 * caller may reuse its memory at once. Memory grows as far as it is needed and is kept.
 */
export class DatagramQueue {
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  addresses: Uint8Array;
  readonly #addressBytes: number;
  #quads = new Int32Array(FIRST_DATAGRAMS * QUAD);
  /** The datagrams `[#head, #tail)` wait; what lies before them is sent. */
  #head = 0;
  #tail = 0;
  #end = 0;
  #queuedBytes = 0;

  /** `addressBytes` is the room for each address. */
  constructor(addressBytes: number) {
    this.#addressBytes = addressBytes;
    this.addresses = new Uint8Array(FIRST_DATAGRAMS * addressBytes);
  }

  /** Datagrams that wait. */
  get size(): number {
    return this.#tail - this.#head;
  }

  /** Bytes of payload that wait. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** The quads of what waits. */
  get quads(): Int32Array {
    return this.#head === 0 ? this.#quads : this.#quads.subarray(this.#head * QUAD);
  }

  append(payload: Uint8Array, address: Uint8Array): void {
    invariant(address.length <= this.#addressBytes, 'an address is too long for the queue');
    this.#makeRoom(payload.length);
    const at = this.#tail * QUAD;
    const addressAt = this.#tail * this.#addressBytes;
    this.bytes.set(payload, this.#end);
    this.addresses.set(address, addressAt);
    this.#quads[at] = this.#end;
    this.#quads[at + 1] = payload.length;
    this.#quads[at + 2] = addressAt;
    this.#quads[at + 3] = address.length;
    this.#end += payload.length;
    this.#queuedBytes += payload.length;
    this.#tail++;
  }

  /** Drops the first `count` datagrams: they are sent, or given up. */
  consume(count: number): void {
    invariant(count <= this.size, 'more datagrams were sent than were queued');
    for (let left = count; left > 0; left--) this.#queuedBytes -= this.#quads[this.#head++ * QUAD + 1] as number;
    if (this.#head === this.#tail) this.#head = this.#tail = this.#end = 0;
  }

  #makeRoom(payloadBytes: number): void {
    const hasRoom = this.#end + payloadBytes <= this.bytes.length && (this.#tail + 1) * QUAD <= this.#quads.length;
    if (hasRoom) return;
    this.#moveToFront();
    while (this.#end + payloadBytes > this.bytes.length) this.bytes = Buffer.concat([this.bytes], this.bytes.length * 2);
    if ((this.#tail + 1) * QUAD > this.#quads.length) this.#doubleDatagrams();
  }

  /** Overwrites what is sent already. Done only when there is no room behind, and so at most once for as much as fits. */
  #moveToFront(): void {
    if (this.#head === 0) return;
    const first = this.#quads[this.#head * QUAD] as number;
    this.bytes.copyWithin(0, first, this.#end);
    this.addresses.copyWithin(0, this.#head * this.#addressBytes, this.#tail * this.#addressBytes);
    this.#quads.copyWithin(0, this.#head * QUAD, this.#tail * QUAD);
    for (let i = 0; i < this.size; i++) {
      this.#quads[i * QUAD] = (this.#quads[i * QUAD] as number) - first;
      this.#quads[i * QUAD + 2] = i * this.#addressBytes;
    }
    this.#tail = this.size;
    this.#head = 0;
    this.#end -= first;
  }

  #doubleDatagrams(): void {
    const quads = new Int32Array(this.#quads.length * 2);
    quads.set(this.#quads);
    this.#quads = quads;
    const addresses = new Uint8Array(this.addresses.length * 2);
    addresses.set(this.addresses);
    this.addresses = addresses;
  }
}
