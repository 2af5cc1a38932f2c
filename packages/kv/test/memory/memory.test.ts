import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';

const MIB = 1024 * 1024;

/** Blocks that are filled with a byte of their own each. */
class Blocks {
  readonly memory = new Memory();
  readonly #blocks = new Map<number, { readonly filling: number; readonly bytes: number }>();
  #lastFilling = 0;

  get addresses(): number[] {
    return [...this.#blocks.keys()];
  }

  allocate(bytes: number): void {
    this.#fill(this.memory.allocate(bytes), bytes);
  }

  free(address: number): void {
    this.#check(address);
    this.#blocks.delete(address);
    this.memory.free(address);
  }

  reallocate(address: number, bytes: number, growing: boolean): void {
    this.#check(address);
    const { filling, bytes: before } = this.#blocks.get(address)!;
    const kept = Math.min(before, bytes);
    const moved = growing ? this.memory.extend(address, kept, bytes) : this.memory.reallocate(address, kept, bytes);
    this.#blocks.delete(address);
    this.#blocks.set(moved, { filling, bytes: kept });
    this.#check(moved);
    this.#fill(moved, bytes);
  }

  #fill(address: number, bytes: number): void {
    this.#lastFilling = (this.#lastFilling + 1) % 256;
    assert.ok(bytes <= this.memory.capacity(address));
    this.#blocks.set(address, { filling: this.#lastFilling, bytes });
    this.memory.buffer(address).fill(this.#lastFilling, this.memory.offset(address), this.memory.offset(address) + bytes);
  }

  #check(address: number): void {
    const { filling, bytes } = this.#blocks.get(address)!;
    const from = this.memory.offset(address);
    assert.ok(this.memory.buffer(address).subarray(from, from + bytes).every((byte) => byte === filling));
  }
}

const size = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 300 }) }, { weight: 2, arbitrary: fc.integer({ min: 300, max: 20_000 }) }, fc.integer({ min: 16_000, max: 200_000 }));
const step = fc.record({ action: fc.constantFrom('allocate', 'allocate', 'free', 'reallocate', 'extend'), size, which: fc.nat() });

t.test('property: a block keeps its bytes whatever happens to others, and all is given back at the end', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const blocks = new Blocks();
      for (const { action, size: bytes, which } of steps) {
        const { addresses } = blocks;
        const address = addresses[which % addresses.length];
        if (action === 'allocate' || address === undefined) blocks.allocate(bytes);
        else if (action === 'free') blocks.free(address);
        else blocks.reallocate(address, bytes, action === 'extend');
      }
      for (const address of blocks.addresses) blocks.free(address);
      assert.equal(blocks.memory.usedBytes, 0);
    }),
    { numRuns: 100 },
  );
});

t.test('what is used is counted with the rounding to size classes', async (t) => {
  const memory = new Memory();
  const addresses = [1, 16, 17, 300].map((bytes) => memory.allocate(bytes));
  t.strictSame(addresses.map((address) => memory.capacity(address)), [16, 16, 32, 320]);
  t.equal(memory.usedBytes, 16 + 16 + 32 + 320);
  t.notOk(addresses.includes(0), '0 is no address');
});

t.test('a memory that has become empty gives back all but its first chunk and a spare one', async (t) => {
  const memory = new Memory();
  const addresses = Array.from({ length: 200 * 64 }, () => memory.allocate(16_384));
  const full = memory.reservedBytes;
  t.ok(full >= 200 * MIB);
  for (const address of addresses) memory.free(address);
  t.equal(memory.usedBytes, 0);
  t.equal(memory.reservedBytes, 64 * MIB);
  t.equal(memory.peakReservedBytes, full);
  for (let i = 0; i < 200 * 64; i++) addresses[i] = memory.allocate(16_384);
  t.equal(memory.reservedBytes, full, 'and takes it again');
});

t.test('a block that comes and goes at the border of a chunk does not take and give back a chunk each time', async (t) => {
  const memory = new Memory();
  // The first page is nobody's.
  for (let i = 0; i < 511 * 4; i++) memory.allocate(16_384);
  t.equal(memory.reservedBytes, 32 * MIB);
  for (let i = 0; i < 10; i++) memory.free(memory.allocate(16_384));
  t.equal(memory.reservedBytes, 64 * MIB);
});

t.test('pages of one size serve another when they are empty', async (t) => {
  const memory = new Memory();
  for (const bytes of [16, 48, 1000, 16_384]) {
    const addresses = Array.from({ length: Math.floor((25 * MIB) / bytes) }, () => memory.allocate(bytes));
    for (const address of addresses) memory.free(address);
  }
  t.equal(memory.reservedBytes, 32 * MIB);
});

t.test('where memory is bounded, what does not fit is refused, and nothing is lost', async (t) => {
  const memory = new Memory(9 * MIB);
  const small = memory.allocate(100);
  const large = memory.allocate(900_000);
  t.throws(() => memory.allocate(2 * MIB), OutOfMemory);
  t.throws(() => memory.extend(large, 900_000, 1_000_000), OutOfMemory);
  t.equal(memory.reallocate(large, 50_000, 50_000) === large, false, 'there is room for a smaller one');
  let count = 0;
  t.throws(() => {
    for (;;) {
      memory.allocate(16_384);
      count++;
    }
  }, OutOfMemory);
  t.ok(count > 400);
  t.equal(memory.reallocate(small, 10, 10) > 0, true, 'and to shrink never fails');
});

t.test('a large block that grows step by step is rarely moved', async (t) => {
  const memory = new Memory();
  let address = memory.allocate(20_000);
  let moves = 0;
  for (let bytes = 20_000; bytes < 400_000; bytes += 100) {
    const buffer = memory.buffer(address);
    address = memory.extend(address, bytes, bytes + 100);
    if (memory.buffer(address) !== buffer) moves++;
  }
  t.ok(moves < 30, `${moves} moves`);
});
