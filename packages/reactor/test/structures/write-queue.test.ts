import fc from 'fast-check';
import t from 'tap';
import { InvariantError } from '../../src/invariant.js';
import { BufferPool } from '../../src/structures/buffer-pool.js';
import { WriteQueue } from '../../src/structures/write-queue.js';

/** All that is queued, taken out `step` bytes at a time. */
function drain(queue: WriteQueue, step: number): Buffer {
  const parts: Buffer[] = [];
  for (let head = queue.head; head !== undefined; head = queue.head) {
    const count = Math.min(step, head.end - head.start);
    parts.push(Buffer.from(head.bytes.subarray(head.start, head.start + count)));
    queue.consume(count);
  }
  return Buffer.concat(parts);
}

t.test('small writes share a block of the pool, which comes back when they are sent', async (t) => {
  const pool = new BufferPool(64, 2);
  const queue = new WriteQueue(pool);
  queue.append(Buffer.from('hello '));
  queue.append(Buffer.from('world'));
  t.equal(pool.free, 1);
  t.equal(queue.length, 11);
  t.equal(drain(queue, 4).toString(), 'hello world');
  t.equal(pool.free, 2);
  t.equal(queue.head, undefined);
});

t.test('a write longer than a block, or than all of the slab, is queued whole', async (t) => {
  const pool = new BufferPool(64, 1);
  const queue = new WriteQueue(pool);
  const long = Buffer.alloc(1000, 'x');
  queue.append(Buffer.from('first'));
  queue.append(long);
  queue.append(Buffer.from('last'));
  t.equal(drain(queue, 7).toString(), `first${long.toString()}last`);
  t.equal(pool.free, 1);
});

t.test('appended bytes are copied, from where the caller says', async (t) => {
  const queue = new WriteQueue(new BufferPool(64, 1));
  const bytes = Buffer.from('abcdef');
  queue.append(bytes, 2);
  bytes.fill('z');
  t.equal(drain(queue, 100).toString(), 'cdef');
  queue.append(bytes, 6);
  t.equal(queue.length, 0, 'nothing from the end is nothing');
});

t.test('clear drops everything and gives the blocks back', async (t) => {
  const pool = new BufferPool(8, 4);
  const queue = new WriteQueue(pool);
  for (let i = 0; i < 6; i++) queue.append(Buffer.alloc(7));
  t.equal(queue.clear(), 42);
  t.equal(queue.length, 0);
  t.equal(pool.free, 4);
});

t.test('consuming more than there is, is a bug and says so', async (t) => {
  const queue = new WriteQueue(new BufferPool(8, 1));
  queue.append(Buffer.alloc(3));
  t.throws(() => queue.consume(4), InvariantError);
});

t.test('property: bytes come out complete and in order, and every block returns to the pool', async () => {
  const step = fc.oneof(fc.record({ append: fc.nat(150) }), fc.record({ consume: fc.nat(150) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const pool = new BufferPool(32, 5);
      const queues = [new WriteQueue(pool), new WriteQueue(pool)];
      const expected: number[][] = [[], []];
      let serial = 0;
      for (const [i, step] of steps.entries()) {
        const queue = queues[i % 2] as WriteQueue;
        const model = expected[i % 2] as number[];
        if ('append' in step) {
          const bytes = Buffer.from(Array.from({ length: step.append }, () => serial++ & 0xff));
          queue.append(bytes);
          model.push(...bytes);
        } else {
          const head = queue.head;
          if (head === undefined) continue;
          const count = Math.min(step.consume, head.end - head.start);
          if (!head.bytes.subarray(head.start, head.start + count).equals(Buffer.from(model.splice(0, count)))) return false;
          queue.consume(count);
        }
        if (queue.length !== model.length) return false;
      }
      return queues.every((queue, i) => drain(queue, 13).equals(Buffer.from(expected[i] as number[]))) && pool.free === 5;
    }),
  );
});
