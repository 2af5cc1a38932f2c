/** Both sides of a takeover in one process, and others at the socket who do not keep to what is agreed. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Hooks } from '../../src/index.js';
import { AF_UNIX, SOCK_SEQPACKET } from '../../src/kernel/abi.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { addressText, encodeUnixAddress } from '../../src/net/address.js';
import { tcpListening } from '../../src/net/endpoint.js';
import { openListening } from '../../src/net/listening-socket.js';
import { listenOptions } from '../../src/options.js';
import type { Reactor } from '../../src/reactor.js';
import { ControlSocket } from '../../src/takeover/control-socket.js';
import { Link } from '../../src/takeover/link.js';
import { type Message, PROTOCOL } from '../../src/takeover/message.js';
import { Takeover } from '../../src/takeover/takeover.js';
import { start } from '../support/child.js';
import { type LogLine, LOOPS, descriptors, dial, memoryLog, openReactor, quiet, until, using } from '../support/setting.js';

const native = nativeKernel();
const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
t.teardown(() => rmSync(folder, { recursive: true }));

let names = 0;
const newPath = () => join(folder, `${names++}`);

const echo = (name: string): Hooks<undefined> => ({ onData: (connection, chunk) => void connection.write(`${name} ${chunk.toString()}`) });

interface Options {
  readonly loop?: 'embedded' | 'dedicated';
  readonly timeoutMs?: number;
  readonly kernel?: Partial<Kernel>;
}

/** A process that takes part, as far as it is one. */
class Party {
  readonly reactor: Reactor;
  readonly takeover: Takeover;
  readonly log = memoryLog();
  /** To whom it has left everything. */
  leftTo: number | undefined;

  constructor(t: Test, readonly name: string, path: string, { loop = 'embedded', timeoutMs = 10_000, kernel = {} }: Options = {}) {
    this.reactor = openReactor(t, { loop });
    const { sockets } = this.reactor;
    const onLeft = (pid: number) => {
      this.leftTo = pid;
      void this.reactor.close({ deadlineMs: 1000 });
    };
    this.takeover = new Takeover({ kernel: { ...native, ...kernel }, log: this.log, sockets, path, timeoutMs, onLeft });
    t.teardown(() => this.takeover.close());
  }

  async listen(port = 0): Promise<number> {
    return (await using(this.reactor, echo(this.name)).listen({ port })).address.port;
  }

  /** As a service does it. Resolves with its port. */
  async start(port = 0): Promise<number> {
    await this.takeover.begin();
    const opened = await this.listen(port);
    await this.takeover.complete();
    return opened;
  }

  async failure(): Promise<LogLine & { err: { code: string; message: string } }> {
    const found = () => this.log.lines.find(({ event }) => event === 'takeover.failed');
    await until(() => found() !== undefined, 'the failure to be told');
    return found() as LogLine & { err: { code: string; message: string } };
  }
}

async function answer(t: Test, port: number): Promise<string> {
  const client = await dial(t, port);
  client.socket.write('hi');
  await until(() => client.text.endsWith('hi'), 'an answer');
  client.socket.destroy();
  return client.text;
}

for (const loop of LOOPS) {
  t.test(`each takes over from the one before, and the path stays (${loop})`, async (t) => {
    const path = newPath();
    const before = descriptors();
    const parties: Party[] = [];
    let port: number | undefined;
    for (const name of ['first', 'second', 'third']) {
      const party = new Party(t, name, path, { loop });
      port = await party.start();
      t.equal(await answer(t, port), `${name} hi`);
      t.equal(statSync(path).mode & 0o777, 0o600);
      const [old] = parties.slice(-1);
      await until(() => old === undefined || old.leftTo === process.pid, 'the old one to know that it has left');
      await old?.reactor.close();
      parties.push(party);
    }
    t.same(parties.map(({ log: { lines } }) => lines.filter(({ level }) => level === 'warn')), [[], [], []]);
    parties.at(-1)?.takeover.close();
    await parties.at(-1)?.reactor.close();
    t.notOk(existsSync(path), 'it goes with the last one');
    await until(() => descriptors() === before, 'all descriptors to be given back');
  });
}

t.test('connections that the old one has accepted are finished by it', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path);
  const port = await old.start();
  const client = await dial(t, port);
  client.socket.write('a');
  await until(() => client.text === 'old a', 'an answer');
  await new Party(t, 'new', path).start();
  client.socket.end('b');
  await until(() => client.ended, 'its end');
  t.equal(client.text, 'old aold b');
  t.match(await old.reactor.closed, { forced: 0, failed: 0 });
});

t.test('what the old one has and the new one does not ask for is named, and the old one goes on', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path);
  const port = await old.start();
  const fresh = new Party(t, 'new', path);
  const before = descriptors();
  const error = await fresh.start(port === 7000 ? 7001 : 7000).catch((reason: unknown) => reason as Error);
  t.match(error, { code: 'EL_TAKEOVER_MISMATCH', message: new RegExp(`listens on 127\\.0\\.0\\.1:${port}, and this one is configured for 127\\.0\\.0\\.1:700`) });
  fresh.takeover.close((error as Error).message);
  await fresh.reactor.close();
  t.match(await old.failure(), { level: 'warn', err: { code: 'EL_TAKEOVER_REFUSED', message: (error as Error).message } });
  t.equal(await answer(t, port), 'old hi');
  t.ok(existsSync(path));
  await until(() => descriptors() <= before, 'all descriptors to be given back');
});

/** Who asks, and then does something else. */
const RUDE: Readonly<Record<string, { readonly after: (link: Link) => Promise<void> | void; readonly err: object }>> = {
  'goes before it is healthy': { after: (link) => link.close(), err: { code: 'EL_TAKEOVER_FAILED', message: /has gone before it said "healthy"/ } },
  'hangs before it is healthy': { after: () => {}, err: { code: 'EL_TAKEOVER_FAILED', message: /has not said "healthy" in time/ } },
  'says what it should not': { after: (link) => link.send({ step: 'serving' }), err: { code: 'EL_TAKEOVER_FAILED', message: '"healthy" was to come, and not "serving"' } },
  'goes before it serves': {
    after: async (link) => {
      link.send({ step: 'healthy' });
      await link.expect('yours', 10_000);
      link.close();
    },
    err: { code: 'EL_TAKEOVER_FAILED', message: /has gone before it said "serving"/ },
  },
};

t.test('whatever the new one does instead, the old one serves and has as many descriptors as before', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path, { timeoutMs: 100 });
  const port = await old.start();
  t.equal(await answer(t, port), 'old hi');
  await until(() => old.reactor.connectionCount === 0, 'the client to be gone');
  const before = descriptors();
  for (const [name, { after, err }] of Object.entries(RUDE)) {
    old.log.lines.length = 0;
    const link = Link.connect(native, path) as Link;
    link.send({ step: 'ask', protocol: PROTOCOL });
    const { message: { sockets }, descriptors: passed } = await link.expect('leave', 10_000);
    t.match(sockets, [{ use: 'connections', asked: '127.0.0.1:0', address: `127.0.0.1:${port}` }]);
    t.equal(passed.length, 2);
    for (const fd of passed) native.close(fd);
    await after(link);
    t.match(await old.failure(), { err }, name);
    link.close();
    t.equal(await answer(t, port), 'old hi', `after one that ${name}`);
    await until(() => old.reactor.connectionCount === 0, 'the client to be gone');
    await until(() => descriptors() === before, `the descriptors of one that ${name} to be closed`);
  }
  await new Party(t, 'new', path).start();
  t.equal(await answer(t, port), 'new hi', 'and one that keeps to it takes over');
});

t.test('what the other one has said in time counts, however late it is heard, and what comes later is not said at all', async (t) => {
  const path = newPath();
  // A process that only waits to be asked would end.
  const serving = openReactor(t).setInterval(() => {}, 1000);
  const control = ControlSocket.open(native, path);
  const accepted = new Promise<Link>((resolve) => control.accept(resolve));
  const successor = Link.connect(native, path) as Link;
  const old = await accepted;
  const heard = old.expect('serving', 20);
  await nextImmediate();
  successor.send({ step: 'serving' });
  // As if this process were stopped.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
  t.match(await heard, { message: { step: 'serving' } });

  await t.rejects(old.expect('serving', 20), { code: 'EL_TAKEOVER_FAILED', message: /has not said "serving" in time/ });
  t.throws(() => successor.send({ step: 'serving' }), { code: 'EL_TAKEOVER_FAILED', message: /EPIPE/ }, 'who is not waited for any more learns of it');
  for (const end of [successor, old, control]) end.close();
  serving.cancel();
});

t.test('strangers, other versions and a second one at a time are told to go', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path);
  await old.start();
  const told = async (first: Message | string, code: string, message: RegExp) => {
    const link = Link.connect(native, path) as Link;
    link.send(first as Message);
    await t.rejects(link.expect('leave', 10_000), { code: 'EL_TAKEOVER_REFUSED', message });
    link.close();
    t.match(await old.failure(), { err: { code, message } });
    old.log.lines.length = 0;
  };
  await told('GET / HTTP/1.1', 'EL_TAKEOVER_FAILED', /what came is no message of a takeover: '"GET \/ HTTP\/1\.1"'/);
  await told({ step: 'leave', sockets: [{ use: 'all' }] } as unknown as Message, 'EL_TAKEOVER_FAILED', /no message of a takeover/);
  await told({ step: 'ask', protocol: PROTOCOL + 1 }, 'EL_TAKEOVER_REFUSED', /speaks version 2 of the takeover's messages, the one that serves version 1; stop that one/);

  const first = Link.connect(native, path) as Link;
  first.send({ step: 'ask', protocol: PROTOCOL });
  const { descriptors: passed } = await first.expect('leave', 10_000);
  for (const fd of passed) native.close(fd);
  await told({ step: 'ask', protocol: PROTOCOL }, 'EL_TAKEOVER_REFUSED', new RegExp(`process ${process.pid} is taking over; wait`));
  first.close();
  await old.failure();
});

/** As if somebody else were at the other end. */
const FOREIGN: Partial<Kernel> = {
  getsockoptBytes: (_fd, _level, _name, value) => {
    new Uint32Array(value.buffer).set([4711, 4712, 4712]);
    return 12;
  },
};

t.test('another user gets nothing, and nothing is taken from one', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path, { kernel: FOREIGN });
  await old.start();
  const wary = new Party(t, 'wary', path, { kernel: FOREIGN });
  await t.rejects(wary.takeover.begin(), { code: 'EL_TAKEOVER_REFUSED', message: `at ${path} listens the user 4712, whose sockets are not taken` });
  wary.takeover.close();
  await old.failure();
  old.log.lines.length = 0;
  await t.rejects(new Party(t, 'new', path).takeover.begin(), { code: 'EL_TAKEOVER_REFUSED', message: /the user 4712 may not take over/ });
  t.match(await old.failure(), { err: { code: 'EL_TAKEOVER_REFUSED', message: /the user 4712 may not take over/ } });
});

t.test('what stands at the path is replaced if nobody listens there, and left alone otherwise', async (t) => {
  const stale = newPath();
  const fd = native.socket(AF_UNIX, SOCK_SEQPACKET);
  const { bytes } = encodeUnixAddress(stale);
  t.equal(native.bind(fd, bytes, bytes.length), 0);
  native.close(fd);
  await t.resolves(new Party(t, 'first', stale).start());

  const file = newPath();
  writeFileSync(file, 'precious');
  await t.rejects(new Party(t, 'first', file).takeover.begin(), { code: 'EL_PATH_TAKEN' });

  const stream = newPath();
  const server = createServer().listen(stream);
  t.teardown(() => server.close());
  await once(server, 'listening');
  await t.rejects(new Party(t, 'first', stream).takeover.begin(), { code: 'EL_TAKEOVER_FAILED', message: `something else listens at ${stream}; choose another takeover.path` });
  await t.rejects(new Party(t, 'first', '@').takeover.begin(), { code: 'EL_ADDRESS_INVALID' });
});

t.test('where the old one dies before it has passed anything on, the new one is the first', async (t) => {
  const path = newPath();
  const control = ControlSocket.open(native, path);
  control.accept((link) => {
    link.close();
    control.leave();
  });
  const fresh = new Party(t, 'new', path);
  t.equal(await answer(t, await fresh.start()), 'new hi');
  await new Party(t, 'next', path).start();
  await until(() => fresh.leftTo === process.pid, 'the next one to take over from it');
});

t.test('who goes as often as it is asked is not asked for ever', async (t) => {
  const path = newPath();
  const control = ControlSocket.open(native, path);
  t.teardown(() => control.close());
  control.accept((link) => link.close());
  await t.rejects(new Party(t, 'new', path).takeover.begin(), { code: 'EL_TAKEOVER_FAILED', message: /has gone before it said "leave"/ });
});

t.test('an old one that does not answer is not waited for', async (t) => {
  const path = newPath();
  const control = ControlSocket.open(native, path);
  t.teardown(() => control.close());
  await t.rejects(new Party(t, 'new', path, { timeoutMs: 50 }).takeover.begin(), { code: 'EL_TAKEOVER_FAILED', message: /has not said "leave" in time/ });
});

t.test('a new one that is short of descriptors takes nothing, and closes those that have come', async (t) => {
  const path = newPath();
  const control = ControlSocket.open(native, path);
  t.teardown(() => control.close());
  const links: Link[] = [];
  control.accept((link) => {
    links.push(link);
    link.send({ step: 'leave', sockets: [{ use: 'connections', asked: 'a', address: 'a' }] }, [control.fd]);
  });
  const before = descriptors();
  const poor = new Party(t, 'new', path);
  await t.rejects(poor.takeover.begin(), { code: 'EL_TAKEOVER_FAILED', message: '2 descriptors were to come, and 1 did; is "ulimit -n" too low?' });
  poor.takeover.close();
  await poor.reactor.close();
  for (const link of links) link.close();
  await until(() => descriptors() === before, 'all descriptors to be given back');
});

t.test('who is told to end while it waits for the remains of a dead one, ends', async (t) => {
  const path = newPath();
  const control = ControlSocket.open(native, path);
  const fresh = new Party(t, 'new', path);
  const gone = new Promise<void>((resolve) => control.accept((link) => {
    link.close();
    control.leave();
    resolve();
  }));
  const begun = fresh.takeover.begin();
  await gone;
  await nextImmediate();
  await nextImmediate();
  fresh.takeover.close();
  await t.rejects(begun, { code: 'EL_TAKEOVER_FAILED', message: 'this process ends before the takeover has' });
});

t.test('who is told to end while it takes over, ends, and the old one goes on', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path);
  const port = await old.start();
  const fresh = new Party(t, 'new', path);
  await fresh.takeover.begin();
  await fresh.listen();
  const completing = fresh.takeover.complete();
  fresh.takeover.close();
  await t.rejects(completing, { code: 'EL_TAKEOVER_FAILED', message: 'this process ends before the takeover has' });
  await fresh.reactor.close();
  t.match(await old.failure(), { err: { code: /^EL_TAKEOVER_/ } });
  t.equal(await answer(t, port), 'old hi');
});

/** How the old one dies when the new one has its sockets; resolves when that has completed the takeover. */
const DEATHS: Readonly<Record<string, (old: Link, fresh: Takeover) => Promise<void>>> = {
  'before the new one is ready': (old, fresh) => {
    old.close();
    return fresh.complete();
  },
  'before it has heard that the new one is ready': (old, fresh) => {
    const completed = fresh.complete();
    old.close();
    return completed;
  },
  'when it has said whose the sockets are': async (old, fresh) => {
    const completed = fresh.complete();
    await old.expect('healthy', 10_000);
    old.send({ step: 'yours' });
    old.close();
    return completed;
  },
};

for (const [when, dies] of Object.entries(DEATHS)) {
  t.test(`an old one that dies ${when} leaves them all to it`, async (t) => {
    const path = newPath();
    const control = ControlSocket.open(native, path);
    const socket = openListening(native, tcpListening('127.0.0.1', listenOptions.parse({ port: 0 })), 10);
    const { port } = socket.address;
    const accepted = new Promise<Link>((resolve) => control.accept(resolve));
    const fresh = new Party(t, 'new', path);
    const begun = fresh.takeover.begin();
    const old = await accepted;
    await old.expect('ask', 10_000);
    old.send({ step: 'leave', sockets: [{ use: 'connections', asked: socket.asked, address: addressText(socket.address) }] }, [socket.fd, control.fd]);
    await begun;
    await fresh.listen(port);
    const client = await dial(t, port);
    client.socket.write('hi');
    socket.leave();
    control.leave();
    await dies(old, fresh.takeover);
    await until(() => client.text === 'new hi', 'an answer to one that had come before');
    t.match(fresh.log.lines.at(-1), { event: 'takeover.finished', level: 'warn' });
    t.ok(existsSync(path), 'and the next one can ask it');
  });
}

/** When the old one is told to end; resolves when the new one has completed the takeover. */
const ENDS: Readonly<Record<string, (end: () => void, fresh: Takeover) => Promise<void>>> = {
  'before the new one is ready': (end, fresh) => {
    end();
    return fresh.complete();
  },
  'when the new one is ready': (end, fresh) => {
    const completed = fresh.complete();
    end();
    return completed;
  },
};

for (const [when, endsAt] of Object.entries(ENDS)) {
  for (const how of ['end', 'close'] as const) {
    t.test(`an old one that is told to end (${how}) ${when} leaves everything to it, and the next one can take over`, async (t) => {
      const [path, served] = [newPath(), newPath()];
      const parties = ['old', 'new', 'next'].map((name) => new Party(t, name, path));
      const [old, fresh, next] = parties as [Party, Party, Party];
      await old.takeover.begin();
      await using(old.reactor, echo('old')).listen({ path: served });
      await old.takeover.complete();
      await fresh.takeover.begin();
      await using(fresh.reactor, echo('new')).listen({ path: served });
      await endsAt(() => {
        old.takeover[how]();
        void old.reactor.close({ deadlineMs: 1000 });
      }, fresh.takeover);
      await old.reactor.closed;
      old.takeover.close();
      t.match(fresh.log.lines.at(-1), { event: 'takeover.finished', level: 'warn' });
      await next.takeover.begin();
      await using(next.reactor, echo('next')).listen({ path: served });
      await next.takeover.complete();
      await until(() => fresh.leftTo === process.pid, 'the new one to have left');
      t.ok([path, served].every((file) => existsSync(file)));
      t.same(old.log.lines.filter(({ event }) => event === 'takeover.failed'), []);
    });
  }
}

t.test('a new one that is ready too late is told so, and the old one goes on', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path, { timeoutMs: 50 });
  const port = await old.start();
  const fresh = new Party(t, 'new', path);
  await fresh.takeover.begin();
  await fresh.listen(port);
  await old.failure();
  await t.rejects(fresh.takeover.complete(), { code: 'EL_TAKEOVER_REFUSED', message: /has not said "healthy" in time/ });
  fresh.takeover.close();
  await fresh.reactor.close();
  t.equal(await answer(t, port), 'old hi');
});

/** A service of its own process that dies when it has opened everything. */
const DYING = (path: string, port: number) => `
  import { loadConfiguration, readCommandLine, serverSections, settingsOf, takeoverSection } from ${JSON.stringify(new URL('../../src/config/index.js', import.meta.url).href)};
  import { runService } from ${JSON.stringify(new URL('../../src/service/index.js', import.meta.url).href)};
  const schema = z.strictObject({ ...serverSections, ...takeoverSection });
  const line = readCommandLine(settingsOf(schema), ['--port=${port}', '--takeover=${path}', '--log-level=silent']);
  const open = async (reactor) => {
    await reactor.use(plugin({})).listen({ port: ${port} });
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => {});
  };
  await runService({ name: 'test', version: '1', load: () => loadConfiguration(schema, line, {}), open });
`;

t.test('a process that dies with the sockets in its hands takes nobody along', async (t) => {
  const path = newPath();
  const old = new Party(t, 'old', path);
  const port = await old.start();
  const child = start(t, DYING(path, port));
  const answers: string[] = [];
  while (child.process.signalCode === null && child.process.exitCode === null) {
    answers.push(await answer(t, port));
    await quiet(5);
  }
  t.match(await child.finished, { signal: 'SIGKILL' });
  t.same(new Set(answers), new Set(['old hi']));
  t.match(await old.failure(), { err: { code: 'EL_TAKEOVER_FAILED', message: /has gone before it said "healthy"/ } });
  t.equal(await answer(t, port), 'old hi');
});
