/** The examples of what the loop offers beside connections: deadlines, signals, datagrams, inboxes; and of flow between connections. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { Example, dial, endsAtCtrlC } from './example.js';

// Most of the time goes into starting processes.
t.jobs = 4;

t.test('idle-timeout hangs up on the silent and on those who never finish, says why, and serves the others', async (t) => {
  const example = new Example(t, 'idle-timeout', ['0', '1000']);
  const port = await example.port();
  const silent = await dial(t, port);
  const dripping = await dial(t, port);
  const busy = await dial(t, port);
  const drip = setInterval(() => dripping.write('x'), 50);
  dripping.on('error', () => {});
  t.teardown(() => clearInterval(drip));
  busy.end('hello\nyou\n');
  t.equal((await buffer(busy)).toString(), '5 bytes\n3 bytes\n');
  await example.printed(/connection \d+: ended in order/);
  await example.printed(/has not finished the message that it began \(messageTimeoutMs is 500\)/);
  await example.printed(/has neither sent nor taken a byte \(idleTimeoutMs is 1000\)/);
  t.equal((await buffer(silent)).length, 0);
  t.equal(example.stdout.match(/^connection /gm)?.length, 3, 'each is told of once');
  await endsAtCtrlC(t, example);
});

t.test('backpressure keeps the queue short, however much there is to send, and everything arrives', async (t) => {
  const example = new Example(t, 'backpressure', ['0', '64']);
  const port = await example.port();
  const socket = await dial(t, port);
  // Nobody reads yet: the kernel's buffers fill up, then the queue, then the producer waits.
  await example.printed(/waits for the first time/);
  let receivedBytes = 0;
  socket.on('data', (chunk: Buffer) => (receivedBytes += chunk.length));
  await once(socket, 'end');
  socket.end();
  t.equal(receivedBytes, 64_000_000);
  const [, sent, waits, longest] = await example.printed(/sent (\d+) bytes, waited (\d+) times, at most (\d+) bytes were queued/);
  t.equal(Number(sent), 64_000_000);
  t.ok(Number(waits) > 0);
  t.ok(Number(longest) > 64 * 1024 && Number(longest) <= (64 + 16) * 1024, `${longest} bytes: the high-water mark and a piece at most`);
  await endsAtCtrlC(t, example);
});
