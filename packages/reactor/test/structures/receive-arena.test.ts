import { MessageChannel } from 'node:worker_threads';
import t from 'tap';
import { ReceiveArena } from '../../src/structures/receive-arena.js';

t.test('a view shows the first bytes of its segment and is not a copy', async (t) => {
  const arena = new ReceiveArena(1024, 4);
  for (const length of [1, 64, 64, 1024]) {
    arena.bytes.fill(length & 0xff, 2048, 2048 + length);
    const view = arena.view(2, length);
    t.equal(view.byteOffset - arena.bytes.byteOffset, 2048);
    t.ok(view.equals(Buffer.alloc(length, length & 0xff)));
    t.equal(view.buffer, arena.bytes.buffer);
  }
});

t.test('a view of the same length is made once for each segment', async (t) => {
  const arena = new ReceiveArena(1024, 2);
  t.equal(arena.view(0, 64), arena.view(0, 64));
  t.not(arena.view(0, 64), arena.view(1, 64));
});

t.test('poisoning spoils a view that was kept, and nothing beside it', async (t) => {
  const arena = new ReceiveArena(16, 2);
  arena.bytes.fill(1);
  const kept = arena.view(0, 4);
  arena.poison(kept);
  t.same([...arena.bytes.subarray(0, 5)], [0xdb, 0xdb, 0xdb, 0xdb, 1]);
});

t.test('the memory cannot be given away with a chunk: all connections would lose it', async (t) => {
  const arena = new ReceiveArena(16, 2);
  const { buffer } = arena.view(0, 4);
  const { port1 } = new MessageChannel();
  t.teardown(() => port1.close());
  for (const give of [() => port1.postMessage(buffer, [buffer as ArrayBuffer]), () => structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })]) {
    // Node 20 copies instead, later versions throw.
    try {
      give();
    } catch (error) {
      t.match(error, { name: 'DataCloneError' });
    }
    t.equal(arena.bytes.length, 32);
  }
});
