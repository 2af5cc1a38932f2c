import fc from 'fast-check';
import t from 'tap';
import { LengthPrefixDecoder, LengthPrefixEncoder, type LengthPrefixFormat } from '../../src/index.js';
import { bytewise, cut, cuts, decodeAll, texts } from '../support/frames.js';

const FORMATS: readonly LengthPrefixFormat[] = ([1, 2, 4] as const).flatMap((headerBytes) => [
  { headerBytes, endian: 'big' as const },
  { headerBytes, endian: 'little' as const },
]);

t.test('the header is the length of what follows, in the byte order that was asked for', async (t) => {
  const headers = FORMATS.map((format) => new LengthPrefixEncoder(format).encode('abc').toString('hex'));
  t.same(headers, ['03616263', '03616263', '0003616263', '0300616263', '00000003616263', '03000000616263']);
});

t.test('text is encoded as UTF-8, bytes as they are, and both are copied', async (t) => {
  const encoder = new LengthPrefixEncoder({ headerBytes: 1, endian: 'big' });
  t.equal(encoder.encode('é').toString('hex'), '02c3a9');
  const payload = Uint8Array.of(7, 8);
  const frame = encoder.encode(payload);
  payload.fill(0);
  t.same([...frame], [2, 7, 8]);
  t.same([...encoder.encode('')], [0]);
});

t.test('frames come back in every format, whole or byte by byte, empty ones too', async (t) => {
  const payloads = ['', 'a', '', 'x'.repeat(255), 'end'];
  for (const format of FORMATS) {
    const stream = Buffer.concat(payloads.map((payload) => new LengthPrefixEncoder(format).encode(payload)));
    for (const pieces of [[stream], bytewise(stream)]) {
      const decoder = new LengthPrefixDecoder(format);
      t.same(texts(decodeAll(decoder, pieces)), payloads);
      t.equal(decoder.pendingBytes, 0);
    }
  }
});

t.test('a frame of maxBytes passes, a longer one is refused when its length has been read', async (t) => {
  for (const format of FORMATS) {
    const encoder = new LengthPrefixEncoder(format);
    t.equal(decodeAll(new LengthPrefixDecoder({ ...format, maxBytes: 4 }), [encoder.encode('1234')]).length, 1);
    const header = encoder.encode('12345').subarray(0, format.headerBytes);
    const decoder = new LengthPrefixDecoder({ ...format, maxBytes: 4 });
    t.throws(() => decodeAll(decoder, bytewise(header)), {
      code: 'EL_FRAME_TOO_LONG',
      message: 'a frame of 5 bytes is announced, but maxBytes is 4; close the connection, or allow more',
    });
    t.equal(decoder.pendingBytes, 0);
  }
});

t.test('a length of four gigabytes is a length, not a negative number, and takes no memory', async (t) => {
  const header = Buffer.alloc(4, 0xff);
  t.throws(() => decodeAll(new LengthPrefixDecoder({ headerBytes: 4, endian: 'big' }), [header]), { message: /4294967295 bytes is announced, but maxBytes is 65536;/ });
  const decoder = new LengthPrefixDecoder({ headerBytes: 4, endian: 'big', maxBytes: 2 ** 40 });
  const before = process.memoryUsage().arrayBuffers;
  t.same(decodeAll(decoder, [header]), []);
  t.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
  t.equal(decoder.pendingBytes, 4);
});

t.test('a payload that the header cannot count is refused', async (t) => {
  t.equal(new LengthPrefixEncoder({ headerBytes: 1, endian: 'big' }).encode(Buffer.alloc(255)).length, 256);
  t.throws(() => new LengthPrefixEncoder({ headerBytes: 1, endian: 'big' }).encode(Buffer.alloc(256)), {
    code: 'EL_FRAME_TOO_LONG',
    message: 'a payload has 256 bytes, but "headerBytes": 1 counts to 255; use a longer header',
  });
  t.throws(() => new LengthPrefixEncoder({ headerBytes: 2, endian: 'little' }).encode('é'.repeat(32_768)), { message: /has 65536 bytes.*counts to 65535/ });
});

t.test('property: any frames, cut anywhere, come out as they went in', async () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...FORMATS), payloads, cuts, (format, payloads, places) => {
      const encoder = new LengthPrefixEncoder(format);
      const stream = Buffer.concat(payloads.map((payload) => encoder.encode(payload)));
      const found = decodeAll(new LengthPrefixDecoder(format), cut(stream, places));
      return found.length === payloads.length && found.every((frame, i) => frame.equals(payloads[i] as Uint8Array));
    }),
  );
});
