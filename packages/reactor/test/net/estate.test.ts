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

function inherit(heir: Reactor, from: Reactor): void {
  heir.estate.inherit(from.estate.heirlooms().map((heirloom) => ({ ...heirloom, fd: native.duplicate(heirloom.fd) })));
}

for (const trigger of TRIGGERS) {
  t.test(`who inherits a socket serves it when it is left, and what waited in between is served, too (${trigger})`, async (t) => {
    const before = descriptors();
    const [old, heir] = [openReactor(t), openReactor(t)];
    const { address } = await using(old, echo('old')).listen({ port: 0, trigger });
    t.match(old.estate.heirlooms(), [{ use: 'connections', asked: '127.0.0.1:0', address: `127.0.0.1:${address.port}` }]);
    inherit(heir, old);
    const listener = await using(heir, echo('heir')).listen({ port: 0, trigger });
    t.same(listener.address, address);
    t.same(heir.estate.unclaimed, []);
    for (let i = 0; i < 5; i++) t.equal(await answerOf(call(t, address)), 'old hi', 'the one who has it goes on alone');

    old.estate.hold();
    const waiting = call(t, address);
    await quiet();
    t.equal(waiting.text, '');
    heir.estate.resume();
    t.equal(await answerOf(waiting), 'heir hi');
    old.estate.release();
    for (let i = 0; i < 5; i++) t.equal(await answerOf(call(t, address)), 'heir hi');
    await Promise.all([old.close(), heir.close()]);
    await until(() => descriptors() === before, 'all descriptors to be given back');
  });
}

t.test('if there is no heir in the end, who held goes on with what has waited', async (t) => {
  const [old, heir] = [openReactor(t), openReactor(t)];
  const { address } = await using(old, echo('old')).listen({ port: 0 });
  inherit(heir, old);
  await using(heir, echo('heir')).listen({ port: address.port });
  old.estate.hold();
  const waiting = call(t, address);
  await quiet();
  await heir.close({ deadlineMs: 1000 });
  t.equal(waiting.text, '', 'and it is not for who only holds to let them in');
  old.estate.resume();
  t.equal(await answerOf(waiting), 'old hi');
});

t.test('the file of a Unix socket goes with its last owner', async (t) => {
  const path = join(folder, 'socket');
  const [old, failed, heir] = [openReactor(t), openReactor(t), openReactor(t)];
  await using(old, echo('old')).listen({ path });
  inherit(failed, old);
  await using(failed, echo('failed')).listen({ path });
  await failed.close();
  t.equal(await answerOf(call(t, { path })), 'old hi');
  inherit(heir, old);
  await using(heir, echo('heir')).listen({ path });
  old.estate.release();
  heir.estate.resume();
  await old.close();
  t.equal(await answerOf(call(t, { path })), 'heir hi');
  await heir.close();
  t.notOk(existsSync(path));
});

t.test('datagrams and the admin endpoint are left and inherited, too', async (t) => {
  const before = descriptors();
  const [old, heir] = [openReactor(t), openReactor(t)];
  const { address } = await old.openDatagram({}, (socket, _payload, sender) => void socket.send('old', sender));
  const { url } = await openAdmin(old, { port: 0, name: 'old' });
  inherit(heir, old);
  const socket = await heir.openDatagram({ port: address.port }, (own, _payload, sender) => void own.send('heir', sender));
  const admin = await openAdmin(heir, { port: 0, name: 'heir' });
  t.equal(admin.url, url);
  old.estate.release();
  heir.estate.resume();
  t.match(await (await fetch(`${url}stats`)).json(), { name: 'heir' });
  t.same(socket.address, address);
  const client = createSocket('udp4');
  client.send('hi', address.port);
  const [answer] = (await once(client, 'message')) as [Buffer];
  t.equal(String(answer), 'heir');
  client.close();
  await Promise.all([old.close(), heir.close()]);
  await until(() => descriptors() === before, 'all descriptors to be given back');
});

t.test('what nobody asks for is known, and closed when it is released', async (t) => {
  const before = descriptors();
  const [old, heir] = [openReactor(t), openReactor(t)];
  const { address } = await using(old, echo('old')).listen({ port: 0 });
  inherit(heir, old);
  const other = await using(heir, echo('heir')).listen({ port: 0, host: '127.0.0.2' });
  t.not(other.address.port, address.port);
  t.match(heir.estate.unclaimed, [{ address: `127.0.0.1:${address.port}` }]);
  heir.estate.release();
  t.ok(other.closed);
  await Promise.all([old.close(), heir.close()]);
  await until(() => descriptors() === before, 'all descriptors to be given back');
});
