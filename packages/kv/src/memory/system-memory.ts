import { OutOfMemory } from './out-of-memory.js';

/** V8 looks for buffers that nobody refers to when so much has been added to them. */
const NOTICED_BYTES = 64 * 1024 * 1024;

/**
 * Memory from the system. There is no call to give it back: V8 frees a buffer when it finds that nobody refers to it. It looks for
 * such buffers when new ones come, 64 MiB of them, which is in vain while the store grows, and cost it milliseconds a second:
 * so chunks are of the kind that threads may share, and that V8 does not count. Where much was dropped, it has to be made to look.
 */
export class SystemMemory {
  /** What is in use. */
  bytes = 0;
  /** The most that there has been. */
  peakBytes = 0;
  readonly #maxBytes: number;
  #droppedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Buffers of whole chunks come with zeros, and cost nothing until they are touched. Error: OutOfMemory. */
  take(bytes: number, zeroed: boolean): ArrayBufferLike {
    if (this.bytes + bytes > this.#maxBytes) throw new OutOfMemory(this.#maxBytes);
    const buffer = newBuffer(bytes, zeroed);
    this.bytes += bytes;
    if (this.bytes > this.peakBytes) this.peakBytes = this.bytes;
    return buffer;
  }

  /** The buffer of so many bytes is referred to no more. */
  dropped(bytes: number): void {
    this.bytes -= bytes;
    this.#droppedBytes += bytes;
  }

  /** Has dropped buffers freed, if they are worth it. To be called now and then. */
  release(): void {
    if (this.#droppedBytes < NOTICED_BYTES) return;
    this.#droppedBytes = 0;
    try {
      // Never touched, it takes no memory. It only counts.
      void new ArrayBuffer(2 * NOTICED_BYTES);
    } catch {
      // There is no room even for this: then V8 has looked, too.
    }
  }
}

function newBuffer(bytes: number, zeroed: boolean): ArrayBufferLike {
  try {
    return zeroed ? new SharedArrayBuffer(bytes) : Buffer.allocUnsafeSlow(bytes).buffer;
  } catch {
    throw new OutOfMemory(bytes);
  }
}
