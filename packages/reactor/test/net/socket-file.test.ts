import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { AF_UNIX, SOCK_STREAM } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { encodeUnixAddress } from '../../src/net/address.js';
import { start } from '../support/child.js';
import { descriptors, openReactor, until, using } from '../support/setting.js';

const native = nativeKernel();
const withoutRoot = process.getuid?.() === 0 ? false : 'only root may give files away';
const NOBODY = 65_534;

/** A path in a folder that goes with the test. Those of the test runner are too long for a Unix socket. */
function newPath(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return join(folder, 'socket');
}

const listening = (t: Test, setting = {}) => using(openReactor(t, setting), {});

/** Mode, owner and group of a file. */
function rights(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
}

/** Leaves a socket at the path on which nobody listens: its process was killed. */
async function leaveStale(t: Test, path: string): Promise<void> {
  const child = start(t, `
    await createReactor().use(plugin({})).listen({ path: ${JSON.stringify(path)} });
    process.stdout.write('listening');
  `);
  await until(() => child.stdout === 'listening', 'the listener to be left');
  child.process.kill('SIGKILL');
  await child.finished;
  t.ok(lstatSync(path).isSocket(), 'the file is left');
}

/** A socket that listens at the path, made by hand, until the test ends. */
function listenByHand(t: Test, path: string): number {
  const { bytes } = encodeUnixAddress(path);
  const fd = native.socket(AF_UNIX, SOCK_STREAM);
  t.teardown(() => native.close(fd));
  if (native.bind(fd, bytes, bytes.length) < 0 || native.listen(fd, 8) < 0) throw new Error(`cannot listen at ${path}`);
  return fd;
}

for (const umask of [0, 0o022, 0o077, 0o777]) {
  t.test(`the file's mode is exact under the umask 0${umask.toString(8)}, and never wider on the way to it`, async (t) => {
    const before = process.umask(umask);
    t.teardown(() => process.umask(before));
    for (const mode of [0o600, 0o660, 0o666, 0o777, 0o070, 0]) {
      const path = newPath(t);
      let atBind = -1;
      const bind: typeof native.bind = (...args) => {
        const result = native.bind(...args);
        atBind = lstatSync(path).mode & 0o7777;
        return result;
      };
      const listener = await listening(t, { kernel: { bind } }).listen({ path, mode });
      t.equal(atBind & ~(mode & 0o700), 0, `after bind ${atBind.toString(8)} of ${mode.toString(8)}`);
      t.equal(lstatSync(path).mode & 0o7777, mode);
      listener.close();
      t.notOk(existsSync(path));
    }
  });
}

t.test('by default only the owner may connect', async (t) => {
  const path = newPath(t);
  await listening(t).listen({ path });
  t.equal(lstatSync(path).mode & 0o7777, 0o600);
});

t.test('owner and group are set before anybody may connect, and before anybody else has a right', { skip: withoutRoot }, async (t) => {
  const path = newPath(t);
  const seen: string[] = [];
  const note = <Args extends unknown[]>(call: (...args: Args) => number) => (...args: Args) => {
    const result = call(...args);
    seen.push(rights(path));
    return result;
  };
  const kernel = { bind: note(native.bind.bind(native)), listen: note(native.listen.bind(native)) };
  await listening(t, { kernel }).listen({ path, mode: 0o660, uid: NOBODY, gid: NOBODY - 1 });
  t.same(seen, [`600 0:0`, `660 ${NOBODY}:${NOBODY - 1}`]);
  const other = newPath(t);
  await listening(t).listen({ path: other, gid: NOBODY });
  t.equal(rights(other), `600 0:${NOBODY}`, 'one without the other');
});

t.test('an owner that cannot be set is told, and leaves neither file nor descriptor', { skip: withoutRoot }, async (t) => {
  const path = newPath(t);
  chmodSync(join(path, '..'), 0o777);
  const child = start(t, `
    import { existsSync, readdirSync } from 'node:fs';
    const reactor = createReactor();
    process.setuid(${NOBODY});
    const before = readdirSync('/proc/self/fd').length;
    const error = await reactor.use(plugin({})).listen({ path: ${JSON.stringify(path)}, uid: 0 }).catch((reason) => reason);
    const left = readdirSync('/proc/self/fd').length - before;
    process.stdout.write(JSON.stringify([error.name, error.code, error.syscall, existsSync(${JSON.stringify(path)}), left]));
    await reactor.close();
  `);
  t.same(await child.finished, { code: 0, signal: null });
  t.same(JSON.parse(child.stdout), ['SystemError', 'EPERM', 'lchown', false, 0]);
});

t.test('an owner or group that no file can have is refused, and what chown would take for "unchanged" too', async (t) => {
  const path = newPath(t);
  for (const id of [2 ** 32 - 1, 2 ** 32, -1, 0.5]) {
    await t.rejects(listening(t).listen({ path, uid: id }), { code: 'EL_OPTION_INVALID', message: /"uid"/ });
    await t.rejects(listening(t).listen({ path, gid: id }), { code: 'EL_OPTION_INVALID', message: /"gid"/ });
  }
  t.notOk(existsSync(path));
});

t.test('a path that is no path is refused with its text, and costs no descriptor', async (t) => {
  const plugin = listening(t);
  const before = descriptors();
  for (const path of ['x'.repeat(108), '', '@', 'a\0b']) {
    const expected = { code: 'EL_ADDRESS_INVALID', message: path.includes('\0') ? 'a\\u0000b' : `"${path}"` };
    for (const attempt of [plugin.listen({ path }), plugin.connect({ path })]) {
      const error = (await attempt.catch((reason: unknown) => reason)) as Error & { code: string };
      t.equal(error.code, expected.code);
      t.match(error.message, expected.message);
    }
  }
  t.equal(descriptors(), before);
});

t.test('a folder that does not exist is told by bind', async (t) => {
  const plugin = listening(t);
  const before = descriptors();
  const path = join(newPath(t), 'socket');
  await t.rejects(plugin.listen({ path }), { code: 'ENOENT', syscall: 'bind', address: path });
  t.equal(descriptors(), before);
});

t.test('a file that a killed process has left is replaced', async (t) => {
  const path = newPath(t);
  await leaveStale(t, path);
  const plugin = listening(t);
  const listener = await plugin.listen({ path, mode: 0o640 });
  t.equal(lstatSync(path).mode & 0o7777, 0o640);
  t.equal((await plugin.connect({ path })).phase, 'open');
  listener.close();
  t.notOk(existsSync(path));
});

t.test('a file on which somebody listens is refused and stays, in this process or another', async (t) => {
  const path = newPath(t);
  const plugin = listening(t);
  const first = await plugin.listen({ path });
  const { ino } = lstatSync(path);
  const other = listening(t);
  const before = descriptors();
  for (const second of [plugin, other]) await t.rejects(second.listen({ path }), { code: 'EADDRINUSE', syscall: 'bind', address: path });
  t.equal(lstatSync(path).ino, ino);
  await until(() => descriptors() === before, 'what looked whether anybody listens to be gone');
  t.equal((await plugin.connect({ path })).phase, 'open');
  first.close();
  t.notOk(existsSync(path));

  const taken = newPath(t);
  listenByHand(t, taken);
  await t.rejects(plugin.listen({ path: taken }), { code: 'EADDRINUSE' });
  t.ok(lstatSync(taken).isSocket());
});

t.test('what is not a socket is refused and untouched: a file, a folder, and symbolic links to whatever', async (t) => {
  const file = newPath(t);
  writeFileSync(file, 'precious');
  const folder = newPath(t);
  mkdirSync(folder);
  const [live, stale] = [newPath(t), newPath(t)];
  const plugin = listening(t);
  await plugin.listen({ path: live });
  await leaveStale(t, stale);
  const links = [live, stale, file, '/nowhere/at/all'].map((target) => {
    const link = newPath(t);
    symlinkSync(target, link);
    return link;
  });
  const before = descriptors();
  for (const path of [file, folder, ...links]) {
    const { ino, mode } = lstatSync(path);
    const error = (await plugin.listen({ path }).catch((reason: unknown) => reason)) as Error;
    t.match(error, { code: 'EL_PATH_TAKEN' });
    t.match(error.message, path);
    t.match(error.message, links.includes(path) ? 'symbolic link' : 'not a socket');
    t.match(lstatSync(path), { ino, mode });
  }
  t.equal(readFileSync(file, 'utf8'), 'precious');
  t.ok(lstatSync(live).isSocket() && lstatSync(stale).isSocket());
  t.equal(descriptors(), before);
});

t.test('a socket that somebody puts there while the stale one is looked at is not taken for it', async (t) => {
  const path = newPath(t);
  await leaveStale(t, path);
  const connect: typeof native.connect = (...args) => {
    const result = native.connect(...args);
    unlinkSync(path);
    listenByHand(t, path);
    return result;
  };
  await t.rejects(listening(t, { kernel: { connect } }).listen({ path }), { code: 'EADDRINUSE', syscall: 'bind' });
  t.equal((await listening(t).connect({ path })).phase, 'open', 'it is there, and answers');
});

t.test('the file is removed at close, but not what somebody has put in its place', async (t) => {
  const plugin = listening(t);
  for (const put of [(path: string) => writeFileSync(path, 'mine'), (path: string) => void listenByHand(t, path), () => {}]) {
    const path = newPath(t);
    const listener = await plugin.listen({ path });
    unlinkSync(path);
    put(path);
    const there = existsSync(path);
    listener.close();
    t.equal(existsSync(path), there);
  }
});

t.test('the file goes also with the reactor, after a chmod, and when listen itself fails', async (t) => {
  const path = newPath(t);
  const reactor = openReactor(t);
  await using(reactor, {}).listen({ path });
  chmodSync(path, 0o644);
  await reactor.close();
  t.notOk(existsSync(path));
  for (const kernel of [{ listen: () => -12 }, { getsockname: () => -12 }]) {
    const plugin = listening(t, { kernel });
    const before = descriptors();
    await t.rejects(plugin.listen({ path }), { code: 'ENOMEM' });
    t.notOk(existsSync(path));
    t.equal(descriptors(), before);
  }
});

t.test('a process that may not remove the file any more closes all the same, and leaves it', { skip: withoutRoot }, async (t) => {
  const path = newPath(t);
  const child = start(t, `
    const reactor = createReactor();
    const listener = await reactor.use(plugin({})).listen({ path: ${JSON.stringify(path)} });
    process.setuid(${NOBODY});
    await reactor.close();
    process.stdout.write(String(listener.closed));
  `);
  t.same(await child.finished, { code: 0, signal: null }, child.stderr);
  t.equal(child.stdout, 'true');
  t.ok(lstatSync(path).isSocket());
});
