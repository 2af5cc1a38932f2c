import fc from 'fast-check';
import t from 'tap';
import { ReplyReader } from '../../src/transfer/reply-reader.js';
import { RequestStream } from '../../src/transfer/request-stream.js';
import { RequestWriter } from '../../src/transfer/request-writer.js';

const word = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const requests = fc.array(fc.array(word, { minLength: 1, maxLength: 12 }), { maxLength: 12 });

function written(all: readonly (readonly Buffer[])[]): Buffer {
  const writer = new RequestWriter();
  for (const words of all) writer.write(words);
  return writer.take();
}

/** In pieces that end at these offsets, each in memory that is used for something else afterwards. */
function feed(bytes: Buffer, cuts: readonly number[], take: (chunk: Buffer) => void): void {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  let start = 0;
  for (const end of ends) {
    const chunk = Buffer.from(bytes.subarray(start, end));
    take(chunk);
    chunk.fill('*');
    start = end;
  }
}

function readAll(bytes: Buffer, cuts: readonly number[] = []): { readonly number: number; readonly words: readonly Buffer[] }[] {
  const stream = new RequestStream();
  const found: ReturnType<typeof stream.push> = [];
  feed(bytes, cuts, (chunk) => found.push(...stream.push(chunk)));
  stream.end();
  return found;
}

t.test('requests are found as they were written, in whatever pieces they come', async (t) => {
  fc.assert(fc.property(requests, fc.array(fc.nat(), { maxLength: 20 }), (all, cuts) => {
    const found = readAll(written(all), cuts);
    t.same(found.map(({ words }) => words.map((bytes) => bytes.toString('hex'))), all.map((words) => words.map((bytes) => bytes.toString('hex'))));
    t.same(found.map(({ number }) => number), all.map((_, i) => i + 1));
  }), { numRuns: 200, seed: 1 });
});

t.test('a request that is larger than what is read at once is whole, and those behind it, too', async (t) => {
  const large = Buffer.alloc(3_000_000, 'abcdefg');
  const found = readAll(written([[Buffer.from('SET'), large], [Buffer.from('PING')]]), Array.from({ length: 50 }, (_, i) => i * 65_536));
  t.ok(found[0]?.words[1]?.equals(large));
  t.same(found[1]?.words.map(String), ['PING']);
});

t.test('an input that is cut off is told at every offset, with the request in which it ends', async (t) => {
  const [first, second] = [written([[Buffer.from('SET'), Buffer.from('a'), Buffer.from('1')]]), written([[Buffer.from('GET'), Buffer.from('a')]])];
  const bytes = Buffer.concat([first, second]);
  for (let length = 0; length <= bytes.length; length++) {
    const read = (): unknown => readAll(bytes.subarray(0, length));
    if (length === 0 || length === first.length || length === bytes.length) t.doesNotThrow(read);
    else t.throws(read, { message: `the input ends within request ${length < first.length ? '1 at byte 0' : `2 at byte ${first.length}`}: it was cut off` });
  }
});

t.test('the comments that Redis writes into its log are passed over, and requests of no words', async (t) => {
  const bytes = Buffer.concat([Buffer.from('#TS:1690000000\r\n'), written([[Buffer.from('PING')]]), Buffer.from('#TS:1690000001\r\n*0\r\n')]);
  for (let cut = 0; cut < bytes.length; cut++) t.same(readAll(bytes, [cut]).map(({ words }) => words.map(String)), [['PING']]);
});

for (const [what, text, complaint] of [
  ['a line', '*1\r\n$4\r\nPING\r\nSET a 1\r\n', 'request 2 at byte 14 begins with "S" and not with "*": only whole requests in the Redis protocol are taken, no lines'],
  ['a snapshot of Redis', 'REDIS0010', /^at byte 0 a snapshot of Redis's begins \(RDB\), which only Redis can read: .* "edgeloop-kv export HOST:PORT"$/],
  ['what is no request', '*2\r\n$3\r\nGET\r\n:7\r\n', "request 1 at byte 0 is none: Protocol error: expected '$', got ':'"],
] as const) {
  t.test(`${what} is refused where it stands`, async (t) => {
    t.throws(() => readAll(Buffer.from(text)), { message: complaint });
  });
}

t.test('replies are found as they were sent, in whatever pieces they come', async (t) => {
  const sent = '+OK\r\n-ERR no\r\n:-7\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n$3\r\na\r\n\r\n*3\r\n*1\r\n$1\r\nx\r\n:1\r\n*0\r\n:9007199254740993\r\n';
  const bytes = Buffer.from(sent);
  for (let cut = 0; cut < bytes.length; cut++) {
    const reader = new ReplyReader();
    const replies: unknown[] = [];
    feed(bytes, [cut, cut + 3], (chunk) => replies.push(...reader.push(chunk)));
    t.match(replies, ['OK', new Error('ERR no'), -7, null, null, [], Buffer.from(''), Buffer.from('a\r\n'), [[Buffer.from('x')], 1, []], 9007199254740993n]);
  }
});

t.test('what is no Redis is told', async (t) => {
  for (const text of ['HTTP/1.1 400 Bad Request\r\n', '$x\r\n', '+OK\n']) t.throws(() => new ReplyReader().push(Buffer.from(text)), { message: 'what it answers is not the Redis protocol' });
});
