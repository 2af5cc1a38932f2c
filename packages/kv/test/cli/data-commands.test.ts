/** The commands `edgeloop-kv check`, `export` and `import`, as somebody types them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { CHECK_HELP, checkData } from '../../src/cli/check.js';
import { EXPORT_HELP, exportData } from '../../src/cli/export.js';
import { IMPORT_HELP, importData } from '../../src/cli/import.js';
import { UsageError } from '@edgeloop/reactor/service';
import { recoveryLog } from '../../src/cli/recovery-log.js';
import { RECORD_HEADER_BYTES } from '../../src/log/record-header.js';
import { FolderReader, FolderWriter } from '../../src/transfer/folder-peer.js';
import { throwAwayKv } from '../../src/index.js';
import { startKv } from '../support/kv-server.js';
import { type Outcome, run } from '../support/program.js';
import { RespClient, encode } from '../support/resp-client.js';
import { plain } from '../support/resp-decoder.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const COMMAND = fileURLToPath(new URL('../../../bin/edgeloop-kv.mjs', import.meta.url));
const SAMPLE = encode([['SELECT', '0'], ['SET', 'a', '1'], ['RPUSH', 'b', 'x', 'y']]);

function runCommand(t: Test, args: readonly string[], input: Uint8Array | string = ''): Promise<Outcome> {
  return run(t, process.execPath, [COMMAND, ...args], input);
}

interface Target {
  readonly place: string;
  readonly client: RespClient;
}

async function startTarget(t: Test, password?: string): Promise<Target> {
  const kv = await startKv(t, password === undefined ? {} : { password });
  const client = await RespClient.connect(kv);
  t.teardown(() => client.close());
  if (password !== undefined) await client.call('AUTH', password);
  return { place: `${kv.host}:${kv.port}`, client };
}

/** A folder whose log has a record for each of these requests, all but the last of which are known to be synced. */
async function folderOf(t: Test, ...requests: readonly string[][]): Promise<string> {
  const folder = join(t.testdir(), 'data');
  for (const request of requests) {
    const writer = FolderWriter.open(folder, recoveryLog);
    await writer.call([request]);
    await writer.close();
  }
  return folder;
}

async function readFrom(folder: string, ...request: string[]): Promise<unknown> {
  const reader = FolderReader.open(folder, recoveryLog);
  const [answer] = await reader.call([request]);
  await reader.close();
  return answer instanceof Buffer ? answer.toString() : answer;
}

t.test('each tells what it takes, and ends with 2 where that is not what it gets', async (t) => {
  t.match(await runCommand(t, ['import', 'somewhere', '-h', 'too', 'many']), { status: 0, stdout: IMPORT_HELP, stderr: '' });
  t.match(await runCommand(t, ['export']), { status: 2, stdout: '', stderr: 'edgeloop-kv export: the place to export is missing: DIR, HOST:PORT or unix:PATH (see --help)\n' });
  for (const help of [CHECK_HELP, EXPORT_HELP, IMPORT_HELP]) t.same(help.split('\n').filter((line) => line.length > 110), [], 'it fits on a terminal');
});

for (const [run, args, complaint] of [
  [checkData, [], 'the folder to check is missing: DIR'],
  [checkData, ['a', '--repairs'], "Unknown option '--repairs'; did you mean --repair?"],
  [importData, [], 'the place to import to is missing: DIR, HOST:PORT or unix:PATH'],
  [exportData, ['a:1', 'b'], '"b" is one argument too many'],
  [exportData, ['a:1', '--ouput', 'x'], "Unknown option '--ouput'; did you mean --output?"],
  [exportData, ['a:1', '--output'], "Option '--output' is missing its value"],
  [exportData, ['a:1', '--pass', '--user'], "Option '--pass' is missing its value; write --pass=VALUE if it begins with a dash"],
  [exportData, ['a:1', '--database', 'two'], '--database must be a whole number of at least 0, but is "two"'],
  [exportData, ['a:1', '--format', 'json'], 'there is no format "json", only resp'],
  [exportData, ['a:0'], 'the port in "a:0" must be from 1 to 65535'],
  [exportData, [''], 'the place is empty: write DIR, HOST:PORT or unix:PATH'],
  [exportData, ['redis://a:1'], '"redis://a:1" is a URL: write HOST:PORT, and who you are with --user and --pass'],
  [exportData, ['folder', '--pass=x'], '--pass is for a server, and a data folder asks nobody'],
  [importData, ['a:1', '--merge=yes'], "Option '--merge' does not take an argument"],
] as const) {
  t.test(`wrong arguments are told in a line: ${run.name}(${args.join(' ')})`, async (t) => {
    await t.rejects(async () => run(args), new UsageError(complaint));
  });
}

t.test('what a server has goes to a folder, which is made, by way of a file, which only its owner may read', async (t) => {
  const { place, client } = await startTarget(t, 'hush hush');
  await client.pipeline([['SET', 'a', '1'], ['SELECT', '7'], ['SADD', 's', 'x', 'y']]);
  const [file, folder] = ['data.resp', 'new/data'].map((name) => join(t.testdir({ 'data.resp': 'of yesterday' }), name)) as [string, string];
  t.match(await run(t, 'env', ['REDISCLI_AUTH=hush hush', process.execPath, COMMAND, 'export', place, '--user', 'default', '--output', file]), { status: 0, stdout: '', stderr: /^exported 2 keys of 2 databases, 128 bytes in \d+\.\d s\n$/ });
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.notOk(existsSync(`${file}.part`));
  t.match(await runCommand(t, ['import', folder, file]), { status: 0, stdout: '', stderr: /^imported 5 requests, 128 bytes in \d+\.\d s\n$/ });
  t.same([await readFrom(folder, 'GET', 'a'), await readFrom(folder, 'INFO', 'keyspace')].join(), '1,# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\ndb7:keys=1,expires=0,avg_ttl=0\r\n');
  await t.rejects(importData([folder]), { message: `${folder} has keys already (db0): empty it, or give --merge to run the requests on top of them` });
});

t.test('a place that has keys is not touched without --merge', async (t) => {
  const { place, client } = await startTarget(t);
  await client.pipeline([['SELECT', '3'], ['SET', 'mine', 'x']]);
  await t.rejects(importData([place]), { message: `${place} has keys already (db3): empty it, or give --merge to run the requests on top of them` });
});

t.test('failures are shown and end it with 1, and so does an input that is cut off, after what was whole', async (t) => {
  const { place, client } = await startTarget(t);
  await client.call('SET', 'mine', 'x');
  const input = Buffer.concat([SAMPLE, encode([['INCR', 'b']]), Buffer.from('*1\r\n$4\r\nPI')]);
  t.match(await runCommand(t, ['import', place, '--merge'], input), {
    status: 1,
    stderr: new RegExp(`^1 request failed:\n  request 4 \\(INCR b\\): WRONGTYPE .*\nimported 3 requests, .*\nedgeloop-kv import: the input ends within request 5 at byte ${input.length - 10}: it was cut off\n$`),
  });
  t.equal(plain(await client.call('DBSIZE')), 3);
});

t.test('a password that is missing or wrong is told, and never shown', async (t) => {
  const { place } = await startTarget(t, 'hush hush');
  await t.rejects(exportData([place]), { message: `${place}: NOAUTH Authentication required. Give --pass, or set REDISCLI_AUTH.` });
  await t.rejects(exportData([place, '--user', 'ann', '--pass', 'guess']), { message: `${place}: WRONGPASS invalid username-password pair or user is disabled.` });
});

t.test('a reader that has seen enough ends an export quietly', async (t) => {
  const { place, client } = await startTarget(t);
  await client.pipeline(Array.from({ length: 100 }, (_, i) => ['SET', `key ${i}`, Buffer.alloc(50_000)]));
  const { status, stdout, stderr } = await run(t, 'sh', ['-c', `"${process.execPath}" "${COMMAND}" export ${place} | head -c 3; exit 0`]);
  t.match({ status, stdout, stderr }, { status: 0, stdout: '*2\r', stderr: '' });
});

t.test('an export that fails leaves no file, and the one of before as it was', async (t) => {
  const impostor = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
  t.teardown(() => impostor.close());
  await once(impostor, 'listening');
  const folder = t.testdir({ 'data.resp': 'of yesterday' });
  const place = `127.0.0.1:${(impostor.address() as AddressInfo).port}`;
  await t.rejects(exportData([place, '--output', join(folder, 'data.resp')]), { message: `${place}: what it answers is not the Redis protocol` });
  t.same(readdirSync(folder), ['data.resp']);
  t.equal(readFileSync(join(folder, 'data.resp'), 'utf8'), 'of yesterday');
});

t.test('a server that ends in the midst of an export is told', async (t) => {
  const server = await throwAwayKv();
  t.teardown(() => server.close());
  const client = await RespClient.connect(server);
  t.teardown(() => client.close());
  await client.pipeline(Array.from({ length: 400 }, (_, i) => ['SET', `key ${i}`, Buffer.alloc(90_000)]));
  const fifo = join(t.testdir(), 'reader-that-waits');
  t.equal((await run(t, 'mkfifo', [fifo])).status, 0);
  // What it has written fills the pipe, and nobody reads: so it is in the midst for as long as it takes.
  const reader = spawn('sh', ['-c', `exec 3<"${fifo}"; head -c 1 <&3 >/dev/null; echo begun; read go; cat <&3 >/dev/null`]);
  const outcome = run(t, 'sh', ['-c', `"${process.execPath}" "${COMMAND}" export 127.0.0.1:${server.port} >"${fifo}"`]);
  await once(reader.stdout, 'data');
  await server.close();
  reader.stdin.end('go\n');
  t.match(await outcome, { status: 1, stderr: /^edgeloop-kv export: 127\.0\.0\.1:\d+: (the connection was closed|read ECONNRESET)\n$/ });
});

t.test('a place where nobody listens, and an input that is not there, are told in a line', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await t.rejects(exportData([`127.0.0.1:${port}`]), { message: `127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}` });
  const file = join(t.testdir(), 'nowhere.resp');
  await t.rejects(importData([`127.0.0.1:${port}`, file]), { code: 'ENOENT', message: `ENOENT: no such file or directory, open '${file}'` });
});

t.test('damage is shown with what a repair would do, and the repair does that', async (t) => {
  const folder = await folderOf(t, ['SET', 'a', '1'], ['SET', 'b', '2']);
  const log = join(folder, 'log-1');
  const bytes = readFileSync(log);
  bytes[75] = (bytes[75] as number) ^ 1;
  writeFileSync(log, bytes);
  const complaint = 'log-1, offset 48: the checksum of the record is wrong';
  await t.rejects(exportData([folder]), { code: 'EL_STORE_CORRUPT', message: `${folder}/${complaint}; "edgeloop-kv check ${folder}" shows all of it, and with --repair keeps what can be kept` });
  const step = `cut log-1 off at offset 48, and keep the ${bytes.length - 48} bytes behind it as log-1.cut-48`;
  const found = await runCommand(t, ['check', folder]);
  t.match(found, { status: 1, stderr: '' });
  t.ok(found.stdout.endsWith(`damaged: ${complaint}\n0 keys before the damage; no server can start\n--repair would\n  ${step}\n`), found.stdout);
  t.same(readFileSync(log), bytes);
  const mended = await runCommand(t, ['check', folder, '--repair']);
  t.match(mended, { status: 0, stderr: '' });
  t.ok(mended.stdout.startsWith(`damaged: ${complaint}\n  done: ${step}\n${folder}\n`) && mended.stdout.endsWith('whole: 0 keys\n'), mended.stdout);
  t.same(readFileSync(`${log}.cut-48`), bytes.subarray(48));
});

t.test('an end that a crash has torn is no damage, and reading leaves it where it is', async (t) => {
  const folder = await folderOf(t, ['SET', 'a', '1'], ['SET', 'b', '2']);
  const log = join(folder, 'log-1');
  // Behind the changes stands a record that only says that they are synced.
  truncateSync(log, statSync(log).size - RECORD_HEADER_BYTES - 2);
  const before = readFileSync(log);
  t.match(await runCommand(t, ['check', folder]), { status: 0, stdout: /^ {2}log-1 .* 2 records, 1 change; torn as by a crash, the next start cuts \d+ bytes from offset \d+ on off\nwhole: 1 key$/m });
  t.equal(await readFrom(folder, 'DBSIZE'), 1);
  t.same(readFileSync(log), before);
});

t.test('a folder that a server uses is not touched, and one that is none not made into one', async (t) => {
  const folder = join(t.testdir({ empty: {} }), 'data');
  const server = await throwAwayKv({ dir: folder });
  t.teardown(() => server.close());
  for (const run of [checkData, exportData, importData]) await t.rejects(async () => run([folder]), { code: 'EL_STORE_LOCKED' }, run.name);
  const empty = join(folder, '..', 'empty');
  for (const run of [checkData, exportData]) {
    await t.rejects(async () => run([empty]), { message: `"${empty}" is no data folder: there is no log in it, and no snapshot` }, run.name);
    await t.rejects(async () => run(['localhost']), { message: 'there is no folder "localhost"; for a server, write localhost:6380' }, run.name);
  }
  t.same(readdirSync(empty), []);
});
