import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import t from 'tap';
import { DescriptorRing } from '../../src/structures/descriptor-ring.js';

/** A ring whose counts stand at `count`, as if so many had gone through it. */
function ringAt(capacity: number, count: number): DescriptorRing {
  const ring = new DescriptorRing(capacity);
  new Int32Array(ring.memory, 0, 2).fill(count);
  return ring;
}

const steps = fc.array(fc.oneof(fc.record({ push: fc.nat(1e6) }), fc.constant('shift' as const), fc.constant('drain' as const)), { maxLength: 200 });
const counts = fc.oneof(fc.constant(0), fc.constant(2 ** 31 - 3), fc.constant(-3), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));

t.test('it does what a queue of that length does, wherever its counts stand', async () => {
  fc.assert(fc.property(fc.constantFrom(1, 2, 8), counts, steps, (capacity, count, todo) => {
    const ring = ringAt(capacity, count);
    const queue: { fd: number; nowMs: number }[] = [];
    return todo.every((step, nowMs) => {
      if (step === 'drain') return ring.drain().join() === queue.splice(0).map(({ fd }) => fd).join();
      if (step === 'shift') {
        if (queue.shift() !== undefined) ring.shift();
      } else if (ring.push(step.push, nowMs)) queue.push({ fd: step.push, nowMs });
      else if (queue.length < capacity) return false;
      const [first] = queue;
      return ring.size === queue.length && ring.first === (first?.fd ?? -1) && (first === undefined || ring.firstSinceMs === first.nowMs);
    });
  }));
});

t.test('the reader is woken once for all that is put in before it looks', async (t) => {
  const ring = new DescriptorRing(4);
  t.same([ring.raise(), ring.raise()], [true, false]);
  ring.lower();
  t.same([ring.raise(), ring.raise()], [true, false]);
});

t.test('its capacity is a power of two', async (t) => {
  t.throws(() => new DescriptorRing(3), { name: 'InvariantError' });
});

t.test('another thread reads all that is written, in its order, and is never left asleep', async (t) => {
  const ring = new DescriptorRing(8);
  const doorbell = new Int32Array(new SharedArrayBuffer(4));
  const reader = new Worker(new URL('../support/ring-reader.js', import.meta.url), { workerData: { memory: ring.memory, capacity: 8, doorbell, count: 20_000 } });
  const answer = new Promise<unknown>((resolve, reject) => reader.once('message', resolve).once('error', reject));
  for (let fd = 0; fd < 20_000; ) {
    if (ring.push(fd, 0)) fd++;
    if (!ring.raise()) continue;
    Atomics.add(doorbell, 0, 1);
    Atomics.notify(doorbell, 0);
  }
  t.equal(await answer, 'in order');
});
