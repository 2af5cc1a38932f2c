import fc from 'fast-check';
import t from 'tap';
import { InvariantError } from '../../src/invariant.js';
import { DatagramQueue } from '../../src/structures/datagram-queue.js';

const ADDRESS_BYTES = 28;

/** What sendmmsg would be told: payload and address of each datagram that waits. */
function waiting(queue: DatagramQueue): string[] {
  return Array.from({ length: queue.size }, (_, i) => {
    const [offset, length, addressAt, addressLength] = queue.quads.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
    const payload = Buffer.from(queue.bytes.subarray(offset, offset + length)).toString('hex');
    return `${payload}@${Buffer.from(queue.addresses.subarray(addressAt, addressAt + addressLength)).toString('hex')}`;
  });
}

t.test('sending more than waits is a bug and says so, and so is an address that does not fit', async (t) => {
  const queue = new DatagramQueue(ADDRESS_BYTES);
  t.throws(() => queue.consume(1), InvariantError);
  t.throws(() => queue.append(new Uint8Array(1), new Uint8Array(ADDRESS_BYTES + 1)), InvariantError);
});

t.test('an emptied queue begins at the front again, so that a steady load needs no more memory', async (t) => {
  const queue = new DatagramQueue(ADDRESS_BYTES);
  const { bytes } = queue;
  for (let i = 0; i < 10_000; i++) {
    queue.append(new Uint8Array(1000), new Uint8Array(16));
    queue.consume(1);
  }
  t.equal(queue.bytes, bytes);
});

const step = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    length: fc.oneof(fc.nat(40), fc.integer({ min: 20_000, max: 65_507 })),
    fill: fc.nat(255),
    addressLength: fc.constantFrom(0, 16, 28),
  }),
  fc.record({ kind: fc.constant('consume' as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

t.test('property: what waits is what was appended and not yet consumed, in order, whatever has been moved', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const queue = new DatagramQueue(ADDRESS_BYTES);
      let model: { payload: Buffer; text: string }[] = [];
      for (const step of steps) {
        if (step.kind === 'append') {
          const payload = Buffer.alloc(step.length, step.fill);
          const address = Buffer.alloc(step.addressLength, step.fill + 1);
          queue.append(payload, address);
          model.push({ payload, text: `${payload.toString('hex')}@${address.toString('hex')}` });
        } else {
          const count = Math.floor(step.part * queue.size);
          queue.consume(count);
          model = model.slice(count);
        }
        const bytes = model.reduce((sum, { payload }) => sum + payload.length, 0);
        if (queue.size !== model.length || queue.queuedBytes !== bytes) throw new Error('the account is wrong');
      }
      const expected = model.map(({ text }) => text);
      if (waiting(queue).join() !== expected.join()) throw new Error('something else waits than was appended');
    }),
    { numRuns: 100 },
  );
});
