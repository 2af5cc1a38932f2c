import fc from 'fast-check';
import t from 'tap';
import { DelimiterDecoder, type FrameDecoder, LengthPrefixDecoder, LengthPrefixEncoder, LineDecoder } from '../../src/index.js';
import { cut, cuts, texts } from '../support/frames.js';

const encoder = new LengthPrefixEncoder({ headerBytes: 4, endian: 'big' });

/** Each decoder with the way to write a frame for it. */
const CODECS: Readonly<Record<string, { open: (maxBytes: number) => FrameDecoder; encode: (payload: Buffer) => Buffer }>> = {
  line: { open: (maxBytes) => new LineDecoder({ maxBytes }), encode: (payload) => Buffer.concat([payload, Buffer.from('\r\n')]) },
  delimiter: { open: (maxBytes) => new DelimiterDecoder({ delimiter: '<>', maxBytes }), encode: (payload) => Buffer.concat([payload, Buffer.from('<>')]) },
  'length prefix': { open: (maxBytes) => new LengthPrefixDecoder({ headerBytes: 4, endian: 'big', maxBytes }), encode: (payload) => encoder.encode(payload) },
};

/** Takes at most `count` frames, then breaks out of the loop. */
function take(decoder: FrameDecoder, count: number, chunk?: Buffer): string[] {
  const taken: string[] = [];
  for (const frame of decoder.decode(chunk)) {
    taken.push(frame.toString());
    if (taken.length === count) break;
  }
  return taken;
}

for (const [name, { open, encode }] of Object.entries(CODECS)) {
  const stream = (...payloads: string[]) => Buffer.concat(payloads.map((payload) => encode(Buffer.from(payload))));

  t.test(`${name}: a frame that lies whole in the chunk is a view of it, a joined one is a copy that stays`, async (t) => {
    const decoder = open(64);
    const whole = stream('first', 'second', 'third');
    const cutAt = stream('first', 'sec').length;
    const before = Buffer.from(whole.subarray(0, cutAt));
    const after = Buffer.from(whole.subarray(cutAt));
    const [first] = [...decoder.decode(before)];
    t.equal(first?.buffer, before.buffer);
    t.equal(decoder.pendingBytes, cutAt - stream('first').length);
    before.fill(0xdb);
    t.equal(first?.toString('hex'), 'db'.repeat(5), 'the view shows what is there now');
    const [second, third] = [...decoder.decode(after)];
    t.equal(third?.byteOffset, after.byteOffset + after.length - stream('third').length + (name === 'length prefix' ? 4 : 0));
    after.fill(0xdb);
    t.equal(second?.toString(), 'second', 'what was pending is unharmed');
    t.same(texts(decoder.decode(stream('more'))), ['more']);
    t.equal(second?.toString(), 'second', 'nor is it overwritten later');
  });

  t.test(`${name}: after a break the rest comes first, with the next chunk or without one`, async (t) => {
    const decoder = open(64);
    const lent = Buffer.concat([stream('1', '2', '3'), stream('4').subarray(0, 2)]);
    t.same(take(decoder, 1, lent), ['1']);
    lent.fill(0xdb);
    t.equal(decoder.pendingBytes, lent.length - stream('1').length);
    t.same(take(decoder, 1), ['2']);
    t.same(take(decoder, 9), ['3']);
    t.equal(decoder.pendingBytes, 2);
    t.same(take(decoder, 1, Buffer.concat([stream('4').subarray(2), stream('5', '6')])), ['4']);
    t.same(take(decoder, 2, stream('7')), ['5', '6']);
    t.same(take(decoder, 9), ['7']);
    t.equal(decoder.pendingBytes, 0);
  });

  t.test(`${name}: an error in the loop's body loses nothing but the frame it had`, async (t) => {
    const decoder = open(64);
    t.throws(() => {
      for (const frame of decoder.decode(stream('1', '2'))) throw new Error(`did not like ${frame.toString()}`);
    }, { message: 'did not like 1' });
    t.same(take(decoder, 9), ['2']);
  });

  t.test(`${name}: frames that a break has left are not taken for one that is too long`, async (t) => {
    const decoder = open(4);
    t.same(take(decoder, 1, stream('1234', '1234', '1234', '12345')), ['1234']);
    t.same(take(decoder, 2), ['1234', '1234']);
    t.throws(() => take(decoder, 1), { code: 'EL_FRAME_TOO_LONG' });
    t.throws(() => decoder.decode(), { code: 'EL_FRAME_TOO_LONG' });
  });

  t.test(`${name}: a megabyte that comes byte by byte is searched once and copied a few times at most`, async (t) => {
    const payload = Buffer.alloc(2 ** 20, 'x');
    const frame = encode(payload);
    const decoder = open(payload.length);
    const touched = countingBytes(t);
    const found: Buffer[] = [];
    for (let i = 0; i < frame.length; i++) found.push(...decoder.decode(frame.subarray(i, i + 1)));
    t.ok(touched() < 6 * frame.length, `${touched()} bytes`);
    t.equal(found.length, 1);
    t.ok(found[0]?.equals(payload));
    t.equal(decoder.pendingBytes, 0);
  });

  t.test(`${name}: property: whatever is broken off and wherever the cuts are, all frames come, once and in order`, async () => {
    const contents = fc.array(fc.string({ unit: fc.constantFrom('a', '<', '\r'), maxLength: 9 }).filter((text) => !/[<\r]$/.test(text)), { maxLength: 12 });
    fc.assert(
      fc.property(contents, cuts, fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), (contents, places, patience) => {
        const decoder = open(9);
        const found: string[] = [];
        let round = 0;
        for (const piece of cut(stream(...contents), places)) {
          const lent = Buffer.from(piece);
          found.push(...take(decoder, (patience[round++ % patience.length] as number) + 1, lent));
          lent.fill(0xdb);
        }
        found.push(...take(decoder, Infinity));
        return JSON.stringify(found) === JSON.stringify(contents) && decoder.pendingBytes === 0;
      }),
    );
  });
}

/** How many bytes Buffer's copy, concat and indexOf have had before them since. */
function countingBytes(t: { teardown(undo: () => void): void }): () => number {
  const { copy, indexOf } = Buffer.prototype;
  const concat = Buffer.concat.bind(Buffer);
  let bytes = 0;
  Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<Buffer['copy']>) {
    const count = copy.apply(this, args);
    bytes += count;
    return count;
  };
  Buffer.prototype.indexOf = function (this: Buffer, value: Buffer, from = 0) {
    bytes += this.length - from;
    return indexOf.call(this, value, from);
  };
  Buffer.concat = (parts, length) => {
    const joined = concat(parts, length);
    bytes += joined.length;
    return joined;
  };
  t.teardown(() => {
    Object.assign(Buffer.prototype, { copy, indexOf });
    Buffer.concat = concat;
  });
  return () => bytes;
}

t.test('wrong options are refused by name, with what they were and what is allowed', async (t) => {
  const invalid = (message: string) => ({ code: 'EL_OPTION_INVALID', message });
  for (const maxBytes of [0, -1, 1.5, NaN, Infinity]) {
    t.throws(() => new LineDecoder({ maxBytes }), invalid(`LineDecoder: "maxBytes": must be a whole number above 0, but got ${maxBytes}`));
  }
  t.throws(() => new LineDecoder({ maxBytes: '5' as never }), invalid('LineDecoder: "maxBytes": must be a whole number above 0, but got \'5\''));
  t.throws(() => new LineDecoder({ maxByte: 5 } as never), invalid('LineDecoder: there is no option "maxByte"'));
  t.throws(() => new DelimiterDecoder({ delimiter: '' }), invalid('DelimiterDecoder: "delimiter": must be a string or Uint8Array that is not empty, but got \'\''));
  t.throws(() => new DelimiterDecoder({ delimiter: new Uint8Array(0) }), { code: 'EL_OPTION_INVALID' });
  t.throws(() => new DelimiterDecoder({ delimiter: 10 as never }), { code: 'EL_OPTION_INVALID' });
  t.throws(
    () => new LengthPrefixDecoder({ headerBytes: 3 as never, endian: 'middle' as never }),
    invalid('LengthPrefixDecoder: "headerBytes": must be 1 or 2 or 4, but got 3; "endian": must be \'big\' or \'little\', but got \'middle\''),
  );
  t.throws(() => new LengthPrefixEncoder({ headerBytes: 2 } as never), invalid('LengthPrefixEncoder: "endian": must be \'big\' or \'little\', but got undefined'));
});
