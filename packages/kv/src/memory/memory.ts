import { CLASS_OF_UNITS, CLASS_UNITS, MAX_SMALL_BYTES, UNIT_BYTES } from './size-classes.js';
import { FreePages } from './free-pages.js';
import { LargeBlocks } from './large-blocks.js';
import { OutOfMemory } from './out-of-memory.js';
import { SystemMemory } from './system-memory.js';

const PAGE_UNIT_BITS = 12;
const PAGE_UNITS = 1 << PAGE_UNIT_BITS;
const PAGE_BYTES = PAGE_UNITS * UNIT_BYTES;
const CHUNK_UNIT_BITS = 21;
const CHUNK_UNITS = 1 << CHUNK_UNIT_BITS;
/** 32 MiB: malloc(3) always maps so much for itself, and gives all of it back. */
const CHUNK_BYTES = CHUNK_UNITS * UNIT_BYTES;
const PAGES_PER_CHUNK = CHUNK_UNITS / PAGE_UNITS;
/** Addresses from here on name large blocks. */
const LARGE = 1 << 30;
const MAX_CHUNKS = LARGE / CHUNK_UNITS;
const MAX_PAGES = MAX_CHUNKS * PAGES_PER_CHUNK;
/** Page 0 is given to nobody, so that 0 is no address and no page. */
const NONE = 0;

/**
 * Where the store keeps its bytes, outside the heap that V8 collects: blocks of any size, each named by its address, a
 * positive integer of 31 bits. There are no headers: a block's size follows from its page.
 *
 * Chunks of 32 MiB are cut into pages of 64 KiB, a page into blocks of one size class (a slab, Bonwick 1994). A page
 * whose blocks are all free may serve any class, a chunk whose pages are all free goes back to the system. Large blocks
 * are buffers of their own. Whoever allocates a block frees it; the contents are not cleared. Not to be used from two threads.
 */
export class Memory {
  /** What is allocated, with the rounding to size classes. */
  usedBytes = 0;
  readonly #chunks: (Buffer | undefined)[] = [];
  readonly #chunkWords: (Int32Array | undefined)[] = [];
  readonly #chunkDoubles: (Float64Array | undefined)[] = [];
  readonly #chunkBytes: number;
  readonly #system: SystemMemory;
  readonly #large: LargeBlocks;
  readonly #prepare: (chunk: Buffer) => void;

  // Of each page. They are as long as they can become, and cost what is touched of them.
  readonly #classOf = new Uint8Array(MAX_PAGES);
  readonly #used = new Uint16Array(MAX_PAGES);
  /** How many blocks have ever been cut: the rest has not been touched. */
  readonly #cut = new Uint16Array(MAX_PAGES);
  readonly #firstFree = new Int32Array(MAX_PAGES);
  readonly #next = new Int32Array(MAX_PAGES);
  readonly #previous = new Int32Array(MAX_PAGES);

  /** For each class the first of its pages that have room. */
  readonly #roomy = new Int32Array(CLASS_UNITS.length);
  readonly #freePages = new FreePages(MAX_CHUNKS, PAGES_PER_CHUNK);
  /** A chunk that was empty when it was last seen, and is kept in case that it is soon needed again. */
  #spareChunk = NONE;

  /** Large blocks count to `maxBytes`, too, but have no other bound. `prepare` sees each chunk before it is used. */
  constructor(maxBytes = Number.MAX_SAFE_INTEGER, prepare: (chunk: Buffer) => void = () => {}) {
    this.#prepare = prepare;
    this.#chunkBytes = Math.min(CHUNK_BYTES, 2 ** Math.floor(Math.log2(maxBytes)));
    this.#system = new SystemMemory(maxBytes);
    this.#large = new LargeBlocks(this.#system);
  }

  /** What was taken from the system and not given back. Of chunks, only what was ever used takes physical memory. */
  get reservedBytes(): number {
    return this.#system.bytes;
  }

  /** The most that this has been. */
  get peakReservedBytes(): number {
    return this.#system.peakBytes;
  }

  /** Sees to it that the system has what was given back. To be called now and then. */
  release(): void {
    this.#system.release();
  }

  /** The buffer that a block lies in; it begins at `offset(address)`. */
  buffer(address: number): Buffer {
    return (address < LARGE ? this.#chunks[address >>> CHUNK_UNIT_BITS] : this.#large.buffer(address - LARGE)) as Buffer;
  }

  /** The same buffer as words of 32 bits; the block begins at `offset(address) >>> 2`. */
  words(address: number): Int32Array {
    return (address < LARGE ? this.#chunkWords[address >>> CHUNK_UNIT_BITS] : this.#large.words(address - LARGE)) as Int32Array;
  }

  /** The same buffer as doubles; the block begins at `offset(address) >>> 3`. */
  doubles(address: number): Float64Array {
    return (address < LARGE ? this.#chunkDoubles[address >>> CHUNK_UNIT_BITS] : this.#large.doubles(address - LARGE)) as Float64Array;
  }

  /** Where in its buffer a block begins, in bytes. */
  offset(address: number): number {
    return address < LARGE ? (address & (CHUNK_UNITS - 1)) << 4 : 0;
  }

  /** How many bytes a block really has. */
  capacity(address: number): number {
    if (address >= LARGE) return this.#large.capacity(address - LARGE);
    return (CLASS_UNITS[this.#classOf[address >>> PAGE_UNIT_BITS] as number] as number) * UNIT_BYTES;
  }

  /** Whether a block would keep its size if it had to hold so many bytes. */
  fits(address: number, bytes: number): boolean {
    const capacity = this.capacity(address);
    return bytes <= capacity && (bytes * 2 >= capacity || capacity <= 64);
  }

  /** A block of at least so many bytes, whose contents are arbitrary. Error: OutOfMemory. */
  allocate(bytes: number): number {
    if (bytes > MAX_SMALL_BYTES) return this.#allocateLarge(bytes);
    const sizeClass = CLASS_OF_UNITS[(bytes + UNIT_BYTES - 1) >>> 4] as number;
    const page = (this.#roomy[sizeClass] as number) || this.#openPage(sizeClass);
    const units = CLASS_UNITS[sizeClass] as number;
    let address = this.#firstFree[page] as number;
    if (address !== NONE) this.#firstFree[page] = this.words(address)[this.offset(address) >>> 2] as number;
    else address = (page << PAGE_UNIT_BITS) + (this.#cut[page] as number)++ * units;
    this.usedBytes += units * UNIT_BYTES;
    if (++(this.#used[page] as number) === blocksPerPage(units)) this.#unlink(page, sizeClass);
    return address;
  }

  free(address: number): void {
    if (address >= LARGE) return this.#freeLarge(address);
    const page = address >>> PAGE_UNIT_BITS;
    const sizeClass = this.#classOf[page] as number;
    const units = CLASS_UNITS[sizeClass] as number;
    this.words(address)[this.offset(address) >>> 2] = this.#firstFree[page] as number;
    this.#firstFree[page] = address;
    this.usedBytes -= units * UNIT_BYTES;
    const used = --(this.#used[page] as number);
    if (used === blocksPerPage(units) - 1) this.#link(page, sizeClass);
    if (used === 0) this.#closePage(page, sizeClass);
  }

  /** A block with the first `kept` bytes of another one, which is freed unless it serves as well. Error: OutOfMemory, but never to shrink. */
  reallocate(address: number, kept: number, bytes: number): number {
    if (this.fits(address, bytes)) return address;
    const moved = this.#allocateInstead(address, bytes);
    if (moved === address) return address;
    const from = this.offset(address);
    this.buffer(moved).set(this.buffer(address).subarray(from, from + kept), this.offset(moved));
    this.free(address);
    return moved;
  }

  /**
   * As `reallocate`, for a block that grows step by step. Size classes give a small one room to grow into; a large one, which is as
   * large as asked for, is given an eighth more, or it would be copied at each step.
   */
  extend(address: number, kept: number, bytes: number): number {
    if (bytes <= this.capacity(address)) return address;
    return this.reallocate(address, kept, bytes <= MAX_SMALL_BYTES ? bytes : bytes + (bytes >>> 3));
  }

  /** What is to be removed must not fail for want of a smaller block. */
  #allocateInstead(address: number, bytes: number): number {
    try {
      return this.allocate(bytes);
    } catch (error) {
      if (bytes <= this.capacity(address)) return address;
      throw error;
    }
  }

  // --- Large blocks

  #allocateLarge(bytes: number): number {
    const index = this.#large.allocate(bytes);
    this.usedBytes += this.#large.capacity(index);
    return LARGE + index;
  }

  #freeLarge(address: number): void {
    this.usedBytes -= this.#large.capacity(address - LARGE);
    this.#large.free(address - LARGE);
  }

  // --- Pages

  #openPage(sizeClass: number): number {
    let page = this.#freePages.take();
    if (page < 0) {
      this.#addChunk();
      page = this.#freePages.take();
    }
    this.#classOf[page] = sizeClass;
    this.#used[page] = 0;
    this.#cut[page] = 0;
    this.#firstFree[page] = NONE;
    this.#link(page, sizeClass);
    return page;
  }

  #closePage(page: number, sizeClass: number): void {
    this.#unlink(page, sizeClass);
    this.#freePages.put(page);
    const chunk = page >>> (CHUNK_UNIT_BITS - PAGE_UNIT_BITS);
    if (this.#freePages.isEmpty(chunk)) this.#chunkEmptied(chunk);
  }

  // --- Chunks

  #addChunk(): void {
    const gap = this.#chunks.indexOf(undefined);
    const chunk = gap < 0 ? this.#chunks.length : gap;
    if (chunk === MAX_CHUNKS) throw new OutOfMemory(MAX_CHUNKS * CHUNK_BYTES);
    const memory = this.#system.take(this.#chunkBytes, true);
    const bytes = Buffer.from(memory);
    this.#prepare(bytes);
    this.#chunks[chunk] = bytes;
    this.#chunkWords[chunk] = new Int32Array(memory);
    this.#chunkDoubles[chunk] = new Float64Array(memory);
    const first = chunk * PAGES_PER_CHUNK;
    this.#freePages.add(first || 1, first + this.#chunkBytes / PAGE_BYTES);
  }

  /** Of two empty chunks one goes, so that not each block that comes and goes at a border costs a chunk. The first one, with page 0, stays. */
  #chunkEmptied(chunk: number): void {
    const other = this.#spareChunk;
    if (other === NONE || other === chunk || !this.#freePages.isEmpty(other)) {
      this.#spareChunk = chunk;
      return;
    }
    this.#spareChunk = Math.min(chunk, other);
    this.#removeChunk(Math.max(chunk, other));
  }

  #removeChunk(chunk: number): void {
    this.#freePages.forget(chunk);
    this.#chunks[chunk] = undefined;
    this.#chunkWords[chunk] = undefined;
    this.#chunkDoubles[chunk] = undefined;
    this.#system.dropped(this.#chunkBytes);
  }

  // --- The pages of a class that have room

  #link(page: number, sizeClass: number): void {
    const head = this.#roomy[sizeClass] as number;
    this.#next[page] = head;
    this.#previous[page] = NONE;
    if (head !== NONE) this.#previous[head] = page;
    this.#roomy[sizeClass] = page;
  }

  #unlink(page: number, sizeClass: number): void {
    const next = this.#next[page] as number;
    const previous = this.#previous[page] as number;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#roomy[sizeClass] = next;
  }
}

function blocksPerPage(units: number): number {
  return (PAGE_UNITS / units) | 0;
}
