/** A reload as operators do it: a signal, to a process of its own that is at work. */
import t from 'tap';
import { type Client, LOOPS, dial, until } from '../support/setting.js';
import { start } from '../support/child.js';

const CLIENTS = 200;
const RELOADS = 20;
const REQUEST_BYTES = 20_000;

/** An echo whose limits, deadlines and water marks are others after each SIGHUP, which it answers with a line. */
const server = (loop: string) => `
  const reactor = createReactor({ loop: '${loop}' });
  const echo = plugin({ onData: (connection, chunk) => void connection.write(chunk) });
  const listener = await reactor.use(echo).listen({ port: 0 });
  const tight = { maxConnections: 1, maxConnectionsPerAddress: 1, maxAcceptsPerSecond: 1, highWaterBytes: 100, lowWaterBytes: 0, idleTimeoutMs: 60_000, writeTimeoutMs: 60_000 };
  const loose = { maxConnections: 0, maxConnectionsPerAddress: 0, maxAcceptsPerSecond: 0, highWaterBytes: 1e6, lowWaterBytes: 5e5, idleTimeoutMs: 0, writeTimeoutMs: 0 };
  let reloads = 0;
  reactor.onSignal('SIGHUP', () => {
    const isTight = reloads++ % 2 === 0;
    listener.reconfigure(isTight ? tight : loose);
    reactor.reconfigure({ maxConnections: isTight ? 1 : 0, maxTotalQueuedBytes: isTight ? 2 ** 28 : 2 ** 30 });
    console.log(reloads);
  });
  console.log(listener.address.port);
`;

/** Bytes that are nobody else's, and nobody's at another time. */
function request(client: number, reload: number): Buffer {
  return Buffer.alloc(REQUEST_BYTES, `${client}/${reload};`);
}

for (const loop of LOOPS) {
  t.test(`a reload at each SIGHUP while ${CLIENTS} connections are busy loses none of them and no byte (${loop})`, async (t) => {
    const child = start(t, server(loop));
    const answered = async (lines: number) => {
      await until(() => child.stdout.split('\n').length > lines, `line ${lines} of ${child.stdout}${child.stderr}`, 20_000);
    };
    await answered(1);
    const port = Number(child.stdout);
    const clients: Client[] = [];
    for (let i = 0; i < CLIENTS; i++) clients.push(await dial(t, port));
    // Who has been answered has been accepted, and not left to the limits that come.
    await Promise.all(clients.map((client) => client.echo('in;')));
    for (let reload = 1; reload <= RELOADS; reload++) {
      for (const [index, { socket }] of clients.entries()) {
        if (index % 4 === 0) socket.pause();
        socket.write(request(index, reload));
      }
      child.process.kill('SIGHUP');
      await answered(1 + reload);
      for (const { socket } of clients) socket.resume();
    }
    await until(() => clients.every(({ receivedBytes }) => receivedBytes >= 3 + RELOADS * REQUEST_BYTES), 'all answers', 60_000);
    const wrong = clients.filter(({ received }, index) => {
      const requests = Array.from({ length: RELOADS }, (_, reload) => request(index, reload + 1));
      return !received.equals(Buffer.concat([Buffer.from('in;'), ...requests]));
    });
    t.equal(wrong.length, 0, 'each client has its own bytes, all of them, in order');
    t.ok(clients.every(({ ended, error }) => !ended && error === undefined), 'and is still connected');
    t.equal(child.stderr, '');
  });
}
