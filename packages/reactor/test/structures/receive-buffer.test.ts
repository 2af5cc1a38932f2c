import t from 'tap';
import { ReceiveBuffer } from '../../src/structures/receive-buffer.js';

t.test('a view shows the first bytes of the buffer and is not a copy', async (t) => {
  const buffer = new ReceiveBuffer(65_536);
  for (const length of [1, 64, 2048, 2049, 65_536]) {
    buffer.bytes.fill(length & 0xff, 0, length);
    const view = buffer.view(length);
    t.equal(view.length, length);
    t.ok(view.equals(Buffer.alloc(length, length & 0xff)));
    t.equal(view.buffer, buffer.bytes.buffer);
  }
});

t.test('small views are made once', async (t) => {
  const buffer = new ReceiveBuffer(4096);
  t.equal(buffer.view(64), buffer.view(64));
});

t.test('poisoning spoils a view that was kept', async (t) => {
  const buffer = new ReceiveBuffer(16);
  const kept = buffer.view(4);
  buffer.bytes.write('data');
  buffer.poison(4);
  t.same([...kept], [0xdb, 0xdb, 0xdb, 0xdb]);
});
