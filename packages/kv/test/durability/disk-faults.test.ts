/** Faults of the disk, on the command as it is started and on real files: what clients are told, what the operator reads, and what is there afterwards. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { until } from '../support/conditions.js';
import { skipWithout } from '../support/required-tool.js';
import { StoredServer, failing, refused, serverCommand } from '../support/stored-server.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const VALUE = 'v'.repeat(10_000);
const FULL = 'MISCONF Errors writing to the AOF file: No space left on device';
const FAILED = 'MISCONF Errors writing to the AOF file: I/o error';

function emptyFolder(t: Test): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'edgeloop-faults-')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file system of its own. */
function mounted(t: Test, options: string): string {
  const folder = emptyFolder(t);
  const { stderr, status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  t.teardown(() => void spawnSync('umount', ['--lazy', folder]));
  return folder;
}

/** Who may not mount cannot install that right: such a test is left out also where none may be skipped for a missing tool. */
function skipWithoutMount(): { skip?: string } {
  const { status, stderr } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { encoding: 'utf8' });
  return status === 0 ? {} : { skip: `no file system can be mounted here: ${stderr}` };
}

/** Sets keys until one does not fit. Returns its answer, which may be still to come. */
async function fillUp(server: StoredServer): Promise<{ readonly answer: Promise<string> }> {
  for (;;) {
    let isAnswered = false;
    const answer = server.setAlone(`key-${server.acknowledged.size}`, VALUE).finally(() => (isAnswered = true));
    await until(async () => isAnswered || (await server.fact('persistence', 'aof_last_write_status')) === 'err');
    if (!isAnswered || (await answer) !== 'OK') return { answer };
  }
}

/** Has a snapshot made, and returns what INFO says that came of it. */
async function snapshot(server: StoredServer): Promise<string | undefined> {
  await server.ask('BGREWRITEAOF');
  await until(async () => (await server.fact('persistence', 'aof_rewrite_in_progress')) === '0');
  return server.fact('persistence', 'aof_last_bgrewrite_status');
}

/** What is seen in any case when writes are refused. */
async function seesRefusal(t: Test, server: StoredServer, error: string): Promise<void> {
  t.equal(await server.ask('SET', 'refused', '1'), error);
  t.equal(await server.ask('PING'), error, 'and whoever watches over it hears of it');
  t.equal(await server.ask('GET', 'key-0'), VALUE, 'reads go on');
  t.equal(await server.fact('persistence', 'aof_last_write_status'), 'err');
}

for (const policy of ['always', 'everysec']) {
  t.test(`with ${policy}, a full disk: nothing is acknowledged that is not there, and when there is room all goes on`, skipWithoutMount(), async (t) => {
    const disk = mounted(t, 'size=512k');
    const folder = join(disk, 'data');
    const first = await StoredServer.start(t, folder, policy);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(300_000));
    const lost = (await fillUp(first)).answer;
    await seesRefusal(t, first, FULL);
    await first.kill();
    t.not(await lost, 'OK');

    const second = await StoredServer.start(t, folder, policy, first.acknowledged);
    t.same(await second.missing(), []);
    const { answer } = await fillUp(second);
    await seesRefusal(t, second, FULL);
    t.equal(await snapshot(second), 'err');
    unlinkSync(join(disk, 'ballast'));
    await until(async () => (await second.set('room', '1')) === 'OK');
    // Who waits with "always" has the answer now; without, the connection was closed, and the outcome open.
    t.equal((await answer) === 'OK', policy === 'always');
    t.equal(await snapshot(second), 'ok');
    await second.set('last', '1');
    await second.kill();

    const third = await StoredServer.start(t, folder, policy, second.acknowledged);
    t.same(await third.missing(), []);
  });
}

for (const call of ['fdatasync', 'pwrite64']) {
  t.test(`with always, EIO of ${call} ends the server in a line, with 1, and what waits is never acknowledged`, skipWithout('strace'), async (t) => {
    const folder = emptyFolder(t);
    const server = await StoredServer.start(t, folder, 'always');
    t.equal(await server.set('key-0', VALUE), 'OK');
    await failing(t, server, call, 'error=EIO');
    t.not(await server.set('key-1', VALUE), 'OK');
    const { status, stderr } = await server.program.outcome;
    t.equal(status, 1);
    const [logged = '', line = '', ...more] = stderr.trimEnd().split('\n');
    t.match(JSON.parse(logged), { event: 'kv.log_lost', err: { code: 'EIO', path: join(folder, 'log-1') } });
    t.match(line, /^edgeloop-kv: the log in .* cannot be written any more \(EIO: i\/o error, \w+ '.*\/log-1'\): .*; see to the disk before it is started again$/);
    t.same(more, [], 'and no stack');
    t.same(await (await StoredServer.start(t, folder, 'always', server.acknowledged)).missing(), []);
  });
}

t.test('with everysec, after EIO writes are refused until a snapshot has been made, and reads go on', skipWithout('strace'), async (t) => {
  const folder = emptyFolder(t);
  const server = await StoredServer.start(t, folder, 'everysec');
  t.equal(await server.set('key-0', VALUE), 'OK');
  for (const [call, path] of [['fdatasync', 'log-1'], ['pwrite64', 'log-2']] as const) {
    const end = await failing(t, server, call, 'error=EIO', join(folder, path));
    void server.setAlone(`key-${call}`, VALUE);
    await until(async () => (await server.fact('persistence', 'aof_last_write_status')) === 'err');
    await seesRefusal(t, server, FAILED);
    await end();
    await seesRefusal(t, server, FAILED);
    t.equal(await snapshot(server), 'ok');
    t.equal(await server.set(`after-${call}`, VALUE), 'OK');
  }
  await server.kill();
  t.same(await (await StoredServer.start(t, folder, 'everysec', server.acknowledged)).missing(), []);
});

t.test('a fault while a snapshot is made leaves what there was, and the next one is made', skipWithout('strace'), async (t) => {
  const folder = emptyFolder(t);
  const server = await StoredServer.start(t, folder, 'always');
  // Of those that fail when the next log has begun, each has a number of its own.
  for (const [call, what, ...files] of [
    ['openat', 'error=EMFILE', 'log-2'],
    ['fsync', 'error=EIO'],
    ['pwrite64', 'error=ENOSPC', 'snapshot-2.tmp'],
    ['fdatasync', 'error=EIO', 'snapshot-3.tmp'],
    ['rename', 'error=EIO'],
  ] as const) {
    const end = await failing(t, server, call, what, ...files.map((file) => join(folder, file)));
    t.equal(await snapshot(server), 'err', `${what} of ${call}`);
    await end();
    t.equal(await server.set(call, VALUE), 'OK', 'the log goes on');
  }
  t.same(readdirSync(folder).filter((name) => name.startsWith('log')).sort(), ['log-1', 'log-2', 'log-3', 'log-4']);
  t.equal(await snapshot(server), 'ok');
  await server.kill();
  t.same(await (await StoredServer.start(t, folder, 'always', server.acknowledged)).missing(), []);
});

t.test('a log that cannot be read, and a second server on the folder, are told of in a line, and nothing has happened to the folder', skipWithout('strace'), async (t) => {
  const folder = join(emptyFolder(t), 'ä folder with blanks, 漢');
  const first = await StoredServer.start(t, folder, 'everysec');
  t.equal(await first.set('key-0', VALUE), 'OK');
  const locked = await refused(t, ...serverCommand(folder));
  t.match(locked.stderr, new RegExp(`^edgeloop-kv: the data folder .* is in use by process ${first.program.process.pid}; stop it, or give this one a folder of its own\\n$`));
  t.equal(locked.status, 1);
  t.equal(await first.set('key-1', VALUE), 'OK', 'the first one is unharmed');
  await first.kill();
  const inject = ['strace', '-f', '-o', '/dev/null', '-e', 'trace=pread64', '-e', 'inject=pread64:error=EIO', '-P', join(folder, 'log-1')];
  const failed = await refused(t, ...inject, ...serverCommand(folder));
  t.match(failed.stderr, /^edgeloop-kv: the data folder .* cannot be used: EIO: i\/o error, read '.*\/log-1'; the disk is failing; [^\n]+\n$/);
  t.equal(failed.status, 1);
  t.same(await (await StoredServer.start(t, folder, 'everysec', first.acknowledged)).missing(), []);
});

t.test('a limit of the size of files is a full disk', skipWithout('prlimit'), async (t) => {
  const server = await StoredServer.start(t, emptyFolder(t), 'everysec');
  const limit = (bytes: string): unknown => spawnSync('prlimit', ['--pid', String(server.program.process.pid), `--fsize=${bytes}:unlimited`]);
  limit('50000');
  await fillUp(server);
  await seesRefusal(t, server, 'MISCONF Errors writing to the AOF file: File too large');
  limit('unlimited');
  await until(async () => (await server.set('room', '1')) === 'OK');
  limit('50000');
  await fillUp(server);
  server.program.process.kill('SIGTERM');
  server.program.process.kill('SIGTERM');
  const { status, stderr } = await server.program.outcome;
  t.match(stderr, /\nedgeloop-kv: what was changed last is not in the log \(File too large\), and lost\n$/);
  t.equal(status, 1);
});
