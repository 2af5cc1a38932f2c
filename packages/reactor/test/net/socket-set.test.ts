/** Two reactors of one process, of which one leaves its sockets to the other: duplicates, as another process would get. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openAdmin } from '../../src/admin/index.js';
import type { Hooks } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import type { Reactor } from '../../src/reactor.js';
import { Client, TRIGGERS, descriptors, openReactor, quiet, until, using } from '../support/setting.js';

const native = nativeKernel();
const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
t.teardown(() => rmSync(folder, { recursive: true }));

const echo = (name: string): Hooks<undefined> => ({ onData: (connection, chunk) => void connection.write(`${name} ${chunk.toString()}`) });

/** A client whose connection may have to wait in the backlog. */
function call(t: Test, to: { port: number } | { path: string }): Client {
  const client = new Client(connect({ ...to, allowHalfOpen: true }));
  t.teardown(() => client.socket.destroy());
  client.socket.write('hi');
  return client;
}

async function answerOf(client: Client): Promise<string> {
  await until(() => client.text.length > 0, 'an answer');
  client.socket.destroy();
  return client.text;
}

function adopt(successor: Reactor, from: Reactor): void {
  successor.sockets.adopt(from.sockets.list().map((passed) => ({ ...passed, fd: native.duplicate(passed.fd) })));
}

for (const trigger of TRIGGERS) {
  t.test(`who adopts a socket serves it when it is left, and what waited in between is served, too (${trigger})`, async (t) => {
    const before = descriptors();
    const [old, successor] = [openReactor(t), openReactor(t)];
    const { address } = await using(old, echo('old')).listen({ port: 0, trigger });
    t.match(old.sockets.list(), [{ use: 'connections', asked: '127.0.0.1:0', address: `127.0.0.1:${address.port}` }]);
    adopt(successor, old);
    const listener = await using(successor, echo('successor')).listen({ port: 0, trigger });
    t.same(listener.address, address);
    t.same(successor.sockets.unclaimed, []);
    for (let i = 0; i < 5; i++) t.equal(await answerOf(call(t, address)), 'old hi', 'the one who has it goes on alone');

    old.sockets.hold();
    const waiting = call(t, address);
    await quiet();
    t.equal(waiting.text, '');
    successor.sockets.resume();
    t.equal(await answerOf(waiting), 'successor hi');
    old.sockets.release();
    for (let i = 0; i < 5; i++) t.equal(await answerOf(call(t, address)), 'successor hi');
    await Promise.all([old.close(), successor.close()]);
    await until(() => descriptors() === before, 'all descriptors to be given back');
  });
}

t.test('if there is no successor in the end, who held goes on with what has waited', async (t) => {
  const [old, successor] = [openReactor(t), openReactor(t)];
  const { address } = await using(old, echo('old')).listen({ port: 0 });
  adopt(successor, old);
  await using(successor, echo('successor')).listen({ port: address.port });
  old.sockets.hold();
  const waiting = call(t, address);
  await quiet();
  await successor.close({ deadlineMs: 1000 });
  t.equal(waiting.text, '', 'and it is not for who only holds to let them in');
  old.sockets.resume();
  t.equal(await answerOf(waiting), 'old hi');
});

t.test('the file of a Unix socket goes with its last owner', async (t) => {
  const path = join(folder, 'socket');
  const [old, failed, successor] = [openReactor(t), openReactor(t), openReactor(t)];
  await using(old, echo('old')).listen({ path });
  adopt(failed, old);
  await using(failed, echo('failed')).listen({ path });
  await failed.close();
  t.equal(await answerOf(call(t, { path })), 'old hi');
  adopt(successor, old);
  await using(successor, echo('successor')).listen({ path });
  old.sockets.release();
  successor.sockets.resume();
  await old.close();
  t.equal(await answerOf(call(t, { path })), 'successor hi');
  await successor.close();
  t.notOk(existsSync(path));
});

t.test('datagrams and the admin endpoint are left and adopted, too', async (t) => {
  const before = descriptors();
  const [old, successor] = [openReactor(t), openReactor(t)];
  const { address } = await old.openDatagram({}, (socket, _payload, sender) => void socket.send('old', sender));
  const { url } = await openAdmin(old, { port: 0, name: 'old' });
  adopt(successor, old);
  const socket = await successor.openDatagram({ port: address.port }, (own, _payload, sender) => void own.send('successor', sender));
  const admin = await openAdmin(successor, { port: 0, name: 'successor' });
  t.equal(admin.url, url);
  old.sockets.release();
  successor.sockets.resume();
  t.match(await (await fetch(`${url}stats`)).json(), { name: 'successor' });
  t.same(socket.address, address);
  const client = createSocket('udp4');
  client.send('hi', address.port);
  const [answer] = (await once(client, 'message')) as [Buffer];
  t.equal(String(answer), 'successor');
  client.close();
  await Promise.all([old.close(), successor.close()]);
  await until(() => descriptors() === before, 'all descriptors to be given back');
});

t.test('what nobody asks for is known, and closed when it is released', async (t) => {
  const before = descriptors();
  const [old, successor] = [openReactor(t), openReactor(t)];
  const { address } = await using(old, echo('old')).listen({ port: 0 });
  adopt(successor, old);
  const other = await using(successor, echo('successor')).listen({ port: 0, host: '127.0.0.2' });
  t.not(other.address.port, address.port);
  t.match(successor.sockets.unclaimed, [{ address: `127.0.0.1:${address.port}` }]);
  successor.sockets.release();
  t.ok(other.closed);
  await Promise.all([old.close(), successor.close()]);
  await until(() => descriptors() === before, 'all descriptors to be given back');
});
