/** The examples of what the loop offers beside connections: deadlines, signals, datagrams, inboxes; and of flow between connections. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { Example, dial, endsAtCtrlC } from './example.js';

/** The lines that a client gets. */
class Lines {
  all: string[] = [];
  #rest = '';
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\n');
      this.#rest = lines.pop() as string;
      this.all.push(...lines);
    });
  }

  async until(condition: (lines: readonly string[]) => boolean): Promise<void> {
    while (!condition(this.all)) await once(this.#socket, 'data');
  }
}

// Most of the time goes into starting processes.
t.jobs = 4;

t.test('idle-timeout hangs up on the silent and on those who never finish, says why, and serves the others', async (t) => {
  const example = new Example(t, 'idle-timeout', ['0', '1000']);
  const port = await example.port();
  const busy = await dial(t, port);
  busy.end('hello\nyou\n');
  const silent = await dial(t, port);
  const dripping = await dial(t, port);
  dripping.on('error', () => {}).write('x');
  const drip = setInterval(() => dripping.write('x'), 50);
  t.teardown(() => clearInterval(drip));
  t.equal((await buffer(busy)).toString(), '5 bytes\n3 bytes\n');
  await example.printed(/connection \d+: ended in order/);
  await example.printed(/has not finished the message that it began \(messageTimeoutMs is 500\)/);
  await example.printed(/has neither sent nor taken a byte \(idleTimeoutMs is 1000\)/);
  t.equal((await buffer(silent)).length, 0);
  t.equal(example.stdout.match(/^connection /gm)?.length, 3, 'each is told of once');
  await endsAtCtrlC(t, example);
});

t.test('backpressure keeps the queue short, however much there is to send, and everything arrives', async (t) => {
  const example = new Example(t, 'backpressure', ['0', '64']);
  const port = await example.port();
  const socket = await dial(t, port);
  // Nobody reads yet: the kernel's buffers fill up, then the queue, then the producer waits.
  await example.printed(/waits for the first time/);
  let receivedBytes = 0;
  socket.on('data', (chunk: Buffer) => (receivedBytes += chunk.length));
  await once(socket, 'end');
  socket.end();
  t.equal(receivedBytes, 64_000_000);
  const [, sent, waits, longest] = await example.printed(/sent (\d+) bytes, waited (\d+) times, at most (\d+) bytes were queued/);
  t.equal(Number(sent), 64_000_000);
  t.ok(Number(waits) > 0);
  t.ok(Number(longest) > 64 * 1024 && Number(longest) <= (64 + 16) * 1024, `${longest} bytes: the high-water mark and a piece at most`);
  await endsAtCtrlC(t, example);
});

t.test('graceful-shutdown finishes the reply under way, hangs up on the idle, and then ends by itself', async (t) => {
  const example = new Example(t, 'graceful-shutdown', ['0', '50', '600000']);
  const port = await example.port();
  const [idle, working] = [await dial(t, port), await dial(t, port)];
  const [reply, ended] = [new Lines(working), once(working, 'end')];
  working.write('go');
  await reply.until((lines) => lines.length > 0);
  example.interrupt('SIGTERM');
  await example.printed(new RegExp(`SIGTERM from process ${process.pid}: finishing what is under way`));
  idle.on('end', () => idle.end()).resume();
  await ended;
  working.end();
  t.same(reply.all, [1, 2, 3, 4, 5].map((step) => `step ${step} of 5`));
  t.equal(await example.end(), 0);
  t.match(example.stdout, /closed: 1 idle, 1 finished, 0 failed, 0 forced\n$/);
  t.equal(example.stderr, '');
});

t.test('graceful-shutdown waits no longer at the second signal', async (t) => {
  const example = new Example(t, 'graceful-shutdown', ['0', '600000', '600000']);
  const socket = await dial(t, await example.port());
  // Even if the request has not been read when the signal comes, a last look finds it.
  socket.on('error', () => {}).write('go');
  example.interrupt('SIGTERM');
  await example.printed(/finishing what is under way/);
  example.interrupt('SIGINT');
  t.equal(await example.end(), 0);
  t.match(example.stdout, /SIGINT from process \d+: ending at once\nclosed: 0 idle, 0 finished, 0 failed, 1 forced\n$/);
});

t.test('password-hashing answers pings while passwords are hashed, and hardly any while the same is done in the handler', async (t) => {
  const example = new Example(t, 'password-hashing', ['0']);
  const port = await example.port();
  const pinging = await dial(t, port);
  const pongs = new Lines(pinging);
  /** Pings one after the other until as many clients have each got a hash; returns how many were answered. */
  const pingsDuring = async (command: string, clients: number): Promise<number> => {
    const before = pongs.all.length;
    const hashes: string[] = [];
    const hash = async () => {
      const socket = await dial(t, port);
      socket.end(`${command} secret\n`);
      hashes.push((await buffer(socket)).toString());
    };
    const all = Promise.all(Array.from({ length: clients }, hash));
    while (hashes.length < clients) {
      const count = pongs.all.length;
      pinging.write('ping\n');
      await pongs.until((lines) => lines.length > count);
    }
    await all;
    for (const text of hashes) t.match(text, /^[\w-]{22}\.[\w-]{43}\n$/);
    return pongs.all.length - before;
  };
  await pingsDuring('hash', 1);
  const offloaded = await pingsDuring('hash', 4);
  const inHandler = await pingsDuring('hash-here', 4);
  t.ok(offloaded > 3 * inHandler, `${offloaded} pings were answered meanwhile, and ${inHandler}`);
  await endsAtCtrlC(t, example);
});

t.test('udp-echo answers each sender with its own datagrams', async (t) => {
  const example = new Example(t, 'udp-echo', ['0']);
  const port = await example.port();
  // Few and short enough for the buffers of the sockets: over loopback nothing else loses them.
  const payloads = ['', 'hello', 'two words', 'x'.repeat(1400)];
  for (const from of ['one: ', 'other: ']) {
    const client = createSocket('udp4');
    t.teardown(() => client.close());
    for (const payload of payloads) {
      client.send(from + payload, port, '127.0.0.1');
      const [answer] = (await once(client, 'message')) as [Buffer];
      t.equal(answer.toString(), from + payload);
    }
  }
  await endsAtCtrlC(t, example);
  t.match(example.stdout, /received 8 datagrams, sent 8, dropped 0\n$/);
});

t.test('chat carries every line to those who read, leaves out some for who does not, and says good-bye', async (t) => {
  const example = new Example(t, 'chat', ['0']);
  const port = await example.port();
  const idOf = async (socket: Socket) => {
    // The others learn of each newcomer, and so of its number.
    const [text] = (await once(socket, 'data')) as [Buffer];
    return /(\d+) has come/.exec(text.toString())?.[1] as string;
  };
  const reader = await dial(t, port);
  const [slow, slowId] = await Promise.all([dial(t, port), idOf(reader)]);
  const [talker, talkerId] = await Promise.all([dial(t, port), idOf(reader)]);
  const line = `${'x'.repeat(1000)}\n`;
  const heard = new Lines(reader);
  let said = 0;
  const say = async () => {
    talker.write(line.repeat(50));
    said += 50;
    // A batch is small enough to wait in the buffers for one who reads, and the next one waits for it.
    await heard.until((lines) => lines.length >= said);
  };
  while (!example.stdout.includes(`${slowId} reads too slowly`)) await say();
  await say();
  t.ok(heard.all.every((text) => text === `${talkerId}: ${line.trim()}`), 'the reader has heard everything');
  const late = new Lines(slow);
  await late.until((lines) => lines.some((text) => text.startsWith('you have missed')));
  const got = late.all.filter((text) => text.startsWith(`${talkerId}: `)).length;
  const missed = Number(/missed (\d+) lines/.exec(late.all.at(-1) as string)?.[1]);
  t.ok(missed > 0);
  t.equal(got + missed, said, 'each line was sent or counted');
  for (const socket of [reader, slow, talker]) socket.on('end', () => socket.end());
  await endsAtCtrlC(t, example);
  for (const { all } of [heard, late]) t.ok(all.includes('good-bye'));
});

t.test('workers share the connections, and one that crashes is replaced while the other serves', async (t) => {
  const example = new Example(t, 'workers', ['0']);
  const port = await example.port();
  const answers = async (socket: Socket, line: string) => {
    socket.write(`${line}\n`);
    return String((await once(socket, 'data'))[0]);
  };
  const [one, other] = [await dial(t, port), await dial(t, port)];
  const [first, second] = [await answers(one, 'hello'), await answers(other, 'hello')];
  t.match(first, /^thread \d+ has counted 1\n$/);
  t.match(second, /^thread \d+ has counted 1\n$/);
  t.not(first, second, 'each has a count of its own');
  const gone = new Promise((resolve) => one.once('close', resolve));
  one.on('error', () => {}).write('crash\n');
  await gone;
  t.equal(await answers(other, 'hello'), second.replace('1\n', '2\n'));
  t.match(await answers(await dial(t, port), 'hello'), /^thread \d+ has counted \d\n$/);
  example.interrupt();
  t.equal(await example.end(), 0);
  t.match(example.stdout, /closed, 2 were idle, 0 finished\n$/);
  t.match(example.complaints, /as you like/);
});

t.test('worker-inbox computes in another thread, and answers others meanwhile', async (t) => {
  const example = new Example(t, 'worker-inbox', ['0']);
  const port = await example.port();
  const [one, other] = [await dial(t, port), await dial(t, port)];
  one.end('30\n10\n0\n');
  other.end('20\n');
  t.equal((await buffer(one)).toString(), '832040\n55\n0\n');
  t.equal((await buffer(other)).toString(), '6765\n');
  await endsAtCtrlC(t, example);
});

t.test('echo-and-kv serves both from one reactor, shows both at one endpoint, and is what npm start runs', async (t) => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { scripts: { start: string } };
  t.equal(scripts.start, 'node examples/dist/echo-and-kv.js --kv-dir data');
  const example = new Example(t, 'echo-and-kv', ['--port', '0', '--kv-port', '0', '--admin-port', '0']);
  const [, echoPort, kvPort, url] = await example.printed(/^echo on port (\d+), a key-value server on port (\d+), its data in memory\nlive page .* on (\S+)\n[^]*Ctrl-C/m);
  const echoed = await dial(t, Number(echoPort));
  echoed.end('hello');
  t.equal((await buffer(echoed)).toString(), 'hello');
  const stored = await dial(t, Number(kvPort));
  stored.write('SET greeting hello\r\nGET greeting\r\nQUIT\r\n');
  t.equal((await buffer(stored)).toString(), '+OK\r\n$5\r\nhello\r\n+OK\r\n');
  t.match(await (await fetch(`${url}metrics`)).text(), /^edgeloop_\w*accept\w* 2$/m, 'both clients are counted in one place');
  example.interrupt();
  t.equal(await example.end(), 0);
});

t.test('kv-embedded counts visitors in keys that clients read and write, too', async (t) => {
  const example = new Example(t, 'kv-embedded', ['0', '0']);
  const [, url] = await example.printed(/(http:\S+)/);
  t.equal(await (await fetch(`${url}a`)).text(), 'You are visitor 1; 1 heard of it.\n');
  await example.printed(/^visit 1: \/a$/m);
  const client = await dial(t, await example.port());
  client.write('HGET visit:1 path\r\nSET visits 1000\r\nQUIT\r\n');
  t.equal((await buffer(client)).toString(), '$2\r\n/a\r\n+OK\r\n+OK\r\n');
  t.match(await (await fetch(url as string)).text(), 'visitor 1001');
  await endsAtCtrlC(t, example);
});
