/** On real files: what a data folder may be like, and who may use it. */
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, createReactor } from '@edgeloop/reactor';
import t, { type Test } from 'tap';
import { NodeDisk } from '../../src/disk/node-disk.js';
import { naming } from '../../src/disk/node-file.js';
import { kv } from '../../src/index.js';
import { until } from '../support/conditions.js';
import { Program } from '../support/program.js';

const NODE_DISK = new URL('../../src/disk/node-disk.js', import.meta.url).href;
const NOBODY = 65_534;

/** A folder that goes with the test. */
function emptyFolder(t: Test): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'edgeloop-disk-')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function opened(t: Test, folder: string): NodeDisk {
  const disk = NodeDisk.open(folder);
  t.teardown(() => disk.close());
  return disk;
}

/** A process that has opened the folder, says so, and waits to be ended. */
function other(t: Test, folder: string): Program {
  const source = `
    const { NodeDisk } = await import(${JSON.stringify(NODE_DISK)});
    const disk = NodeDisk.open(${JSON.stringify(folder)});
    console.log('open', disk.folder);
    setInterval(() => disk.list(), 1000);
  `;
  return new Program(t, process.execPath, ['--input-type=module', '-e', source]);
}

/** Calls as a user who has no rights but those of the modes. Root has all. */
function unprivileged(call: () => void): void {
  if (process.geteuid?.() !== 0) return call();
  process.seteuid?.(NOBODY);
  try {
    call();
  } finally {
    process.seteuid?.(0);
  }
}

t.test('a quota that is used up has its name: Node knows none', async (t) => {
  const thrown = Object.assign(new Error('UNKNOWN: unknown error, write'), { code: 'UNKNOWN', errno: -122, syscall: 'write' });
  t.throws(() => naming('/data/log-1', () => { throw thrown; }), { code: 'EDQUOT', message: "EDQUOT: disk quota exceeded, write '/data/log-1'" });
});

t.test('a file that is discarded is gone at some time, and nothing is said where there is none', async (t) => {
  const disk = opened(t, emptyFolder(t));
  disk.create('log-1').close();
  disk.discard('log-2');
  disk.discard('log-1');
  await until(async () => !disk.list().includes('log-1'));
});

t.test('files are written and read by position, renamed over others and removed', async (t) => {
  const disk = opened(t, emptyFolder(t));
  const file = disk.create('log-1');
  t.throws(() => disk.create('log-1'), { code: 'EEXIST' });
  file.write(Buffer.from('-hello-'), 1, 6, 0);
  file.write(Buffer.from('world'), 0, 5, 10);
  t.equal(file.size(), 15);
  const target = Buffer.alloc(20, '.');
  t.equal(file.read(target, 0), 15);
  t.equal(target.toString(), 'hello\0\0\0\0\0world.....');
  t.equal(file.read(target.subarray(0, 3), 12), 3);
  t.equal(target.toString('utf8', 0, 3), 'rld');
  file.truncate(5);
  t.equal(file.read(Buffer.alloc(20), 4), 1);
  t.equal(file.read(Buffer.alloc(20), 5), 0);

  disk.create('snapshot-1.tmp').close();
  disk.rename('log-1', 'snapshot-1.tmp');
  disk.syncFolder();
  t.throws(() => disk.open('log-1'), { code: 'ENOENT' });
  t.same(disk.list().sort(), ['lock', 'snapshot-1.tmp']);
  disk.remove('snapshot-1.tmp');
  t.throws(() => disk.remove('snapshot-1.tmp'), { code: 'ENOENT' });
  file.close();
});

t.test('a sync is told of later, on this thread it is done at once, and both have errors', async (t) => {
  const file = opened(t, emptyFolder(t)).create('log-1');
  let isDone = false;
  const synced = new Promise((resolve) => file.sync((error) => ((isDone = true), resolve(error))));
  t.notOk(isDone);
  t.equal(await synced, null);
  file.syncNow();
  file.close();
  const error = { code: 'EBADF', message: /^EBADF: bad file descriptor, fdatasync '\/.*\/log-1'$/ };
  t.throws(() => file.syncNow(), error, 'which name the file');
  t.match(await new Promise((resolve) => file.sync(resolve)), error);
});

t.test('what a full disk has taken of a write is there, and the rest is an error', async (t) => {
  const folder = emptyFolder(t);
  // The limit of a file's size makes a write short, as the last blocks of a disk do.
  const source = `
    process.on('SIGXFSZ', () => {});
    const { NodeDisk } = await import(${JSON.stringify(NODE_DISK)});
    const file = NodeDisk.open(${JSON.stringify(folder)}).create('log-1');
    try {
      file.write(Buffer.alloc(2000, 'x'), 0, 2000, 0);
    } catch ({ code }) {
      console.log(code, file.size());
    }
  `;
  const { stdout } = await new Program(t, 'sh', ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', source]).outcome;
  const [, bytes] = /^EFBIG ([0-9]+)\n$/.exec(stdout) ?? [];
  t.ok(Number(bytes) > 0 && Number(bytes) < 2000, stdout);
  t.equal(statSync(join(folder, 'log-1')).size, Number(bytes));
});

t.test('folders and files are for the user of the process alone, whatever the umask', async (t) => {
  const umask = process.umask(0);
  t.teardown(() => process.umask(umask));
  const above = join(emptyFolder(t), 'new');
  const folder = join(above, 'data');
  opened(t, folder).create('log-1').close();
  const mode = (path: string) => statSync(path).mode & 0o777;
  t.same([above, folder, join(folder, 'log-1'), join(folder, 'lock')].map(mode), [0o700, 0o700, 0o600, 0o600]);
});

t.test('a folder has one process: the second is told which, and may have it when the first is killed', async (t) => {
  const folder = emptyFolder(t);
  const first = other(t, folder);
  await first.printed(/open/);
  const message = `the data folder ${folder} is in use by process ${first.process.pid}; stop it, or give this one a folder of its own`;
  t.throws(() => NodeDisk.open(folder), { code: 'EL_STORE_LOCKED', message });
  t.throws(() => NodeDisk.openExisting(folder), { code: 'EL_STORE_LOCKED' });
  t.equal((await other(t, folder).outcome).status, 1);
  const link = join(emptyFolder(t), 'link');
  symlinkSync(folder, link);
  t.throws(() => NodeDisk.open(link), { code: 'EL_STORE_LOCKED', message }, 'by another name it is the same folder');
  first.process.kill('SIGKILL');
  await first.outcome;

  const disk = opened(t, link);
  t.equal(disk.folder, folder);
  t.throws(() => NodeDisk.open(folder), { code: 'EL_STORE_LOCKED' }, 'nor does one process have it twice');
  t.equal(readFileSync(join(folder, 'lock'), 'utf8'), `${process.pid}\n`);
  writeFileSync(join(folder, 'lock'), 'me\n');
  t.throws(() => NodeDisk.open(folder), { code: 'EL_STORE_LOCKED', message: /in use by another process;/ });
});

t.test('a folder that was closed may be opened again', async (t) => {
  const folder = emptyFolder(t);
  NodeDisk.open(folder).close();
  opened(t, folder);
});

t.test('a symbolic link in the folder is not followed, be it for a log or for the lock', async (t) => {
  const [folder, elsewhere] = [emptyFolder(t), emptyFolder(t)];
  const victim = join(elsewhere, 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, join(folder, 'log-1'));
  const disk = NodeDisk.open(folder);
  t.throws(() => disk.open('log-1'), { code: 'ELOOP' });
  t.throws(() => disk.create('log-1'), { code: 'EEXIST' });
  disk.close();

  rmSync(join(folder, 'lock'));
  symlinkSync(victim, join(folder, 'lock'));
  t.throws(() => NodeDisk.open(folder), { code: 'EL_STORE_FAILED', message: /^the data folder .* cannot be used: ELOOP.*\/lock'; symbolic links are not followed/ });
  t.equal(readFileSync(victim, 'utf8'), 'precious');
});

t.test('a server whose log or snapshot is something else does not start, and leaves the folder to others', async (t) => {
  const reactor = createReactor({ log: createLog({ level: 'silent' }).log });
  t.teardown(() => reactor.close());
  const linked = (path: string): void => symlinkSync('elsewhere', path);
  for (const [name, make, why] of [
    ['log-1', linked, "ELOOP: too many symbolic links encountered, open 'FILE'; symbolic links are not followed there; put the file itself in its place"],
    ['snapshot-1', linked, "ELOOP: too many symbolic links encountered, open 'FILE'; symbolic links are not followed there; put the file itself in its place"],
    ['log-1', mkdirSync, "EISDIR: illegal operation on a directory, open 'FILE'; a folder stands where a file should be; choose another path, or take it away"],
  ] as const) {
    const folder = emptyFolder(t);
    make(join(folder, name));
    const message = `the data folder ${folder} cannot be used: ${why.replace('FILE', join(folder, name))}`;
    t.throws(() => reactor.use(kv, { dir: folder }), { code: 'EL_STORE_FAILED', message });
    t.notOk(existsSync(join(folder, 'elsewhere')));
    NodeDisk.open(folder).close();
  }
});

t.test('a snapshot that was being made, and is a symbolic link, is removed and what it leads to is not', async (t) => {
  const [folder, elsewhere] = [emptyFolder(t), emptyFolder(t)];
  writeFileSync(join(elsewhere, 'victim'), 'precious');
  symlinkSync(join(elsewhere, 'victim'), join(folder, 'snapshot-1.tmp'));
  const reactor = createReactor({ log: createLog({ level: 'silent' }).log });
  reactor.use(kv, { dir: folder });
  await reactor.close();
  t.notOk(existsSync(join(folder, 'snapshot-1.tmp')));
  t.equal(readFileSync(join(elsewhere, 'victim'), 'utf8'), 'precious');
});

t.test('a folder in which the user may not write is refused, with the call, the file and what to do', async (t) => {
  const folder = emptyFolder(t);
  if (process.geteuid?.() === 0) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o500);
  t.teardown(() => chmodSync(folder, 0o700));
  const error = { code: 'EL_STORE_FAILED', message: `the data folder ${folder} cannot be used: EACCES: permission denied, open '${folder}/lock'; the user of the process must be able to read and write there`, cause: { code: 'EACCES' } };
  unprivileged(() => t.throws(() => NodeDisk.open(folder), error));
  unprivileged(() => t.throws(() => NodeDisk.open(join(folder, 'data')), { code: 'EL_STORE_FAILED', message: /EACCES: permission denied, mkdir/ }));
});

t.test('a folder that is not there is made only by who wants to write', async (t) => {
  const folder = join(emptyFolder(t), 'data');
  t.throws(() => NodeDisk.openExisting(folder), { code: 'EL_STORE_FAILED', message: /ENOENT: .*; check how it is spelt$/ });
  t.notOk(existsSync(folder));
  mkdirSync(folder);
  NodeDisk.openExisting(folder).close();
  const file = join(folder, 'lock');
  t.throws(() => NodeDisk.open(file), { code: 'EL_STORE_FAILED', message: /ENOTDIR: .*; a file stands where a folder should be/ });
  t.throws(() => NodeDisk.open(join(file, 'data')), { code: 'EL_STORE_FAILED', message: /ENOTDIR: .*; a file stands where a folder should be/ });
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  t.throws(() => NodeDisk.open(join(folder, 'link')), { code: 'EL_STORE_FAILED', message: /EEXIST: .*; something else stands where the folder should be/ });
  t.throws(() => NodeDisk.open('/proc/data'), { code: 'EL_STORE_FAILED', message: /ENOENT: .*mkdir '\/proc\/data'/ }, 'and what cannot be made is told of');
});
