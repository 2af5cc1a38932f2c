import fc from 'fast-check';
import t from 'tap';
import { DelimiterDecoder } from '../../src/index.js';
import { bytewise, cut, cuts, decodeAll, payloads, texts } from '../support/frames.js';

/** Every way to cut a stream in two or three. */
function* allCuts(stream: Buffer): Generator<Buffer[]> {
  for (let i = 0; i <= stream.length; i++) {
    for (let j = i; j <= stream.length; j++) yield [stream.subarray(0, i), stream.subarray(i, j), stream.subarray(j)];
  }
}

t.test('a delimiter of several bytes may be cut anywhere, and its beginning be part of a frame', async (t) => {
  const cases = [
    ['aab', 'aaab', ['a']],
    ['aab', 'aabaaaab', ['', 'aa']],
    ['aaa', 'aaaaaaaa', ['', '']],
    ['abab', 'abaababab', ['aba']],
    ['\r\n\r\n', 'GET\r\n\r\r\n\r\n\r\n\r\n', ['GET\r\n\r', '']],
    ['|', 'a||b|c', ['a', '', 'b']],
  ] as const;
  for (const [delimiter, text, frames] of cases) {
    const stream = Buffer.from(text);
    for (const pieces of [[stream], [...bytewise(stream)], ...allCuts(stream)]) {
      t.same(texts(decodeAll(new DelimiterDecoder({ delimiter }), pieces)), frames, `${delimiter} in ${pieces.map(String).join(' ')}`);
    }
  }
});

t.test('a delimiter may be bytes, which the caller may change afterwards, or text outside of ASCII', async (t) => {
  const delimiter = Uint8Array.of(0xff, 0);
  const decoder = new DelimiterDecoder({ delimiter });
  delimiter.fill(1);
  t.same(decodeAll(decoder, bytewise(Buffer.from([1, 0xff, 0, 0xff]))), [Buffer.of(1)]);
  t.equal(decoder.pendingBytes, 1);
  t.same(decodeAll(new DelimiterDecoder({ delimiter: '…' }), bytewise(Buffer.from('a…b…'))).map(String), ['a', 'b']);
});

t.test('what may be the beginning of a delimiter is not held against a frame, what cannot be is', async (t) => {
  for (const pieces of [['1234--', '-'], '1234---'.split('')]) {
    const chunks = pieces.map((piece) => Buffer.from(piece));
    t.same(texts(decodeAll(new DelimiterDecoder({ delimiter: '---', maxBytes: 4 }), chunks)), ['1234']);
  }
  for (const pieces of [['12345'], ['1234-x'], ['1234', '-', 'x'], ['1234', '--', '1'], ['12345---'], ['1234', '5---']]) {
    const chunks = pieces.map((piece) => Buffer.from(piece));
    const last = chunks.pop() as Buffer;
    const decoder = new DelimiterDecoder({ delimiter: '---', maxBytes: 4 });
    t.same(decodeAll(decoder, chunks), []);
    t.throws(() => decodeAll(decoder, [last]), { code: 'EL_FRAME_TOO_LONG' }, pieces.join(' '));
  }
  const decoder = new DelimiterDecoder({ delimiter: '---', maxBytes: 4 });
  t.throws(() => decodeAll(decoder, [Buffer.from('123456-')]), { message: 'a frame has 6 bytes or more, but maxBytes is 4; close the connection, or allow more' });
});

t.test('property: any bytes, cut anywhere, are split where the delimiters are', async () => {
  const delimiters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(delimiters, payloads('ab'), cuts, (delimiter, parts, places) => {
      const text = parts.join(delimiter);
      const frames = text.split(delimiter);
      const rest = frames.pop() as string;
      const decoder = new DelimiterDecoder({ delimiter });
      const found = texts(decodeAll(decoder, cut(Buffer.from(text), places)));
      return JSON.stringify(found) === JSON.stringify(frames) && decoder.pendingBytes === rest.length;
    }),
    { numRuns: 500 },
  );
});

t.test('property: whether a frame is too long does not depend on the cuts, and it is told with the byte that makes it certain', async () => {
  const outcome = (delimiter: string, pieces: Iterable<Buffer>) => {
    const decoder = new DelimiterDecoder({ delimiter, maxBytes: 5 });
    let bytes = 0;
    try {
      for (const piece of pieces) {
        decodeAll(decoder, [piece]);
        bytes += piece.length;
      }
      return 'accepted';
    } catch {
      return bytes;
    }
  };
  /** The number of bytes after which no continuation could be accepted any more, by trying all continuations that matter. */
  const certainAfter = (delimiter: string, text: string) => {
    for (let end = 1; end <= text.length; end++) {
      const begun = text.slice(0, end);
      const hopes = Array.from({ length: delimiter.length + 1 }, (_, i) => begun + delimiter.slice(i));
      if (hopes.every((hope) => hope.split(delimiter).some((frame) => frame.length > 5))) return end - 1;
    }
    return 'accepted';
  };
  fc.assert(
    fc.property(fc.constantFrom('a', 'ab', 'aab', 'aba', 'bbab'), fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 24 }), cuts, (delimiter, text, places) => {
      const stream = Buffer.from(text);
      const expected = certainAfter(delimiter, text);
      const whole = outcome(delimiter, [stream]);
      const inPieces = outcome(delimiter, cut(stream, places));
      if (expected === 'accepted') return whole === expected && inPieces === expected;
      return whole === 0 && inPieces !== 'accepted' && outcome(delimiter, bytewise(stream)) === expected;
    }),
    { numRuns: 500 },
  );
});
