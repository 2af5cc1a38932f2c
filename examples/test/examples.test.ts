import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Example, dial, endsAtCtrlC } from './example.js';

const MAX_LINES = 60;
const sources = new URL('../../', import.meta.url);
const names = readdirSync(sources).filter((name) => name.endsWith('.ts'));
const source = (name: string) => readFileSync(new URL(name, sources), 'utf8');

// Most of the time goes into starting processes.
t.jobs = 4;

for (const name of names) {
  t.test(`${name} is short, says how to try it and is in the list`, async (t) => {
    const text = source(name);
    t.ok(text.split('\n').length - 1 <= MAX_LINES, `at most ${MAX_LINES} lines`);
    t.match(text, /^\/\*\*/, 'it begins with a comment');
    t.match(text, `node examples/dist/${name.replace('.ts', '.js')}`);
    t.match(source('README.md'), `[${name}](${name})`);
  });
}

t.test('hello greets and hangs up', async (t) => {
  const example = new Example(t, 'hello', ['0']);
  const socket = await dial(t, await example.port());
  t.equal((await buffer(socket)).toString(), 'Hello, 127.0.0.1.\n');
  await endsAtCtrlC(t, example);
});

t.test('embedded serves echo and HTTP, fetches and keeps time, all in one process', async (t) => {
  const example = new Example(t, 'embedded', ['0', '0']);
  const socket = await dial(t, await example.port());
  const [, url] = await example.printed(/counters at (\S+)/);
  socket.end('hello');
  t.equal((await buffer(socket)).toString(), 'hello');
  const counters = (await (await fetch(url as string)).json()) as Record<string, number>;
  t.match(counters, { accepted: 1, bytesRead: 5, bytesWritten: 5, failed: 0 });
  await example.printed(/accepted 1 connections, read 5 bytes/);
  await endsAtCtrlC(t, example);
  t.match(example.stdout, /closed\n$/);
});

t.test('two-reactors count down in turns', async (t) => {
  const example = new Example(t, 'two-reactors', ['4']);
  t.equal(await example.end(), 0);
  t.equal(example.stdout, 'left: 4\nright: 3\nleft: 2\nright: 1\nleft: 0\nleft read 3 bytes, right read 2\n');
  t.equal(example.stderr, '');
});

t.test('keep-bytes puts lines together that come in pieces', async (t) => {
  const example = new Example(t, 'keep-bytes', ['0']);
  const port = await example.port();
  const [one, other] = [await dial(t, port), await dial(t, port)];
  for (const piece of ['half a ', 'line\nand an', 'other\n\nrest']) {
    one.write(piece);
    other.write(piece.toUpperCase());
    await sleep(50);
  }
  one.end();
  other.end();
  t.equal((await buffer(one)).toString(), '1: half a line\n2: and another\n3: \n');
  t.equal((await buffer(other)).toString(), '1: HALF A LINE\n2: AND ANOTHER\n3: \n');
  await endsAtCtrlC(t, example);
});

t.test('keep-bytes does not keep a line without end', async (t) => {
  const example = new Example(t, 'keep-bytes', ['0']);
  const socket = await dial(t, await example.port());
  socket.on('error', () => {}).resume().write('x'.repeat(2000));
  await new Promise((closed) => socket.once('end', closed).once('close', closed));
  await endsAtCtrlC(t, example);
});

t.test('line-protocol answers each command, also when commands come in pieces or together', async (t) => {
  const example = new Example(t, 'line-protocol', ['0']);
  const socket = await dial(t, await example.port());
  const pieces = [
    ['PING\r\nECHO  two', 'PONG\n'],
    [' words\nEC', ' two words\n'],
    ['HO\n\nping\nQU', '\nERR unknown command ""\nERR unknown command "ping"\n'],
  ] as const;
  for (const [piece, answer] of pieces) {
    socket.write(piece);
    for (let answered = ''; answered !== answer; ) answered += String((await once(socket, 'data'))[0]);
  }
  socket.end('IT\nPING\n');
  t.equal((await buffer(socket)).toString(), 'BYE\n', 'nothing after QUIT is answered');
  await endsAtCtrlC(t, example);
});

t.test('line-protocol hangs up on a line that is too long', async (t) => {
  const example = new Example(t, 'line-protocol', ['0']);
  const socket = await dial(t, await example.port());
  socket.end(`PING\n${'x'.repeat(1025)}`);
  t.match((await buffer(socket)).toString(), /^PONG\nERR a line has 1025 bytes or more, but maxBytes is 1024;.*\n$/);
  await endsAtCtrlC(t, example);
});

t.test('async-handler serves one chunk of a connection at a time, and connections beside each other', async (t) => {
  const example = new Example(t, 'async-handler', ['0']);
  const port = await example.port();
  const [one, other] = [await dial(t, port), await dial(t, port)];
  one.end(Buffer.alloc(200_000));
  other.end(Buffer.alloc(200_000));
  for (const socket of [one, other]) {
    const answers = (await buffer(socket)).toString().trim().split('\n').map((line) => Number.parseInt(line));
    t.equal(answers.reduce((sum, length) => sum + length), 200_000);
    t.ok(answers.length > 1, 'in several chunks');
  }
  const steps = [...example.stdout.matchAll(/connection (\d+): (begins|ends)/g)].map(([, id, step]) => ({ id: id as string, step: step as string }));
  const [first, second] = steps.map(({ id }) => id);
  t.not(first, second, 'the second connection begins before the first has ended');
  for (const connection of [first, second]) {
    const own = steps.filter(({ id }) => id === connection);
    t.strictSame(own.map(({ step }) => step), own.map((_, i) => (i % 2 === 0 ? 'begins' : 'ends')), 'no handler begins before the last has ended');
  }
  await endsAtCtrlC(t, example);
});
