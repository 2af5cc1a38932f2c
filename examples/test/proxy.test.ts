/** The example of a proxy, between real clients and real upstreams, neither of which knows of it. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { Example, dial, endsAtCtrlC } from './example.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** All that comes until the peer's end. Unlike the consumers of node:stream it does not destroy the socket then. */
async function received(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

t.jobs = 4;

/** A client and an upstream that are joined by the proxy. */
async function joined(t: Test): Promise<{ example: Example; client: Socket; upstream: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const example = new Example(t, 'tcp-proxy', ['0', String((server.address() as AddressInfo).port)]);
  const port = await example.port();
  const [client, [upstream]] = (await Promise.all([dial(t, port), once(server, 'connection')])) as [Socket, [Socket]];
  t.teardown(() => upstream.destroy());
  return { example, client, upstream };
}

t.test('tcp-proxy carries 8 MB both ways at once, unchanged', async (t) => {
  const { example, client, upstream } = await joined(t);
  const [up, down] = [randomBytes(8_000_000), randomBytes(8_000_000)];
  client.end(up);
  upstream.end(down);
  const [uploaded, downloaded] = await Promise.all([received(upstream), received(client)]);
  t.equal(sha256(uploaded), sha256(up));
  t.equal(sha256(downloaded), sha256(down));
  await endsAtCtrlC(t, example);
});

for (const first of ['client', 'upstream'] as const) {
  t.test(`tcp-proxy passes the half-close of the ${first} on, and the other side may go on sending`, async (t) => {
    const { example, client, upstream } = await joined(t);
    const [ending, going] = first === 'client' ? [client, upstream] : [upstream, client];
    ending.end('the last word');
    t.equal((await received(going)).toString(), 'the last word');
    const rest = randomBytes(8_000_000);
    going.end(rest);
    t.equal(sha256(await received(ending)), sha256(rest));
    await endsAtCtrlC(t, example);
  });

  t.test(`tcp-proxy ends the other side when the ${first} resets`, async (t) => {
    const { example, client, upstream } = await joined(t);
    const [resetting, other] = first === 'client' ? [client, upstream] : [upstream, client];
    other.write('hello');
    await once(resetting, 'data');
    resetting.resetAndDestroy();
    t.equal((await received(other)).length, 0);
    // The proxy has closed it both ways: the first of these is answered by a reset, which the second meets.
    const writing = setInterval(() => other.write('is anybody there?'), 5);
    t.teardown(() => clearInterval(writing));
    await new Promise((reset) => other.once('error', reset));
    await endsAtCtrlC(t, example);
  });
}

t.test('tcp-proxy waits for no side to read that waits for it to read', async (t) => {
  const { example, client, upstream } = await joined(t);
  const [up, down] = [randomBytes(32_000_000), randomBytes(32_000_000)];
  // More than all buffers between can hold, either way: if the proxy did not read the upstream because the upstream does not
  // read, this would never end.
  client.end(up);
  upstream.end(down);
  const downloading = received(client);
  await once(upstream, 'finish');
  t.equal(sha256(await received(upstream)), sha256(up));
  t.equal(sha256(await downloading), sha256(down));
  await endsAtCtrlC(t, example);
});

t.test('tcp-proxy hangs up on a client for which there is no upstream, and says why', async (t) => {
  // Port 1 (tcpmux) is one that the kernel gives to nobody, unlike one that was free a moment ago.
  const example = new Example(t, 'tcp-proxy', ['0', '1']);
  const client = await dial(t, await example.port());
  t.equal((await received(client)).length, 0);
  await example.printed(/connection \d+: no upstream: .*ECONNREFUSED/);
  await endsAtCtrlC(t, example);
});
