import fc from 'fast-check';
import t from 'tap';
import { LineDecoder } from '../../src/index.js';
import { bytewise, cut, cuts, decodeAll, payloads, texts } from '../support/frames.js';

const tooLong = { code: 'EL_FRAME_TOO_LONG', name: 'EdgeloopError' };

t.test('lines come without their ends, LF or CR LF, whole or byte by byte', async (t) => {
  const stream = Buffer.from('one\ntwo\r\n\n\r\nth\rree\r\r\nrest');
  const lines = ['one', 'two', '', '', 'th\rree\r'];
  for (const pieces of [[stream], bytewise(stream)]) {
    const decoder = new LineDecoder();
    t.same(texts(decodeAll(decoder, pieces)), lines);
    t.equal(decoder.pendingBytes, 4, 'the rest waits for its end');
  }
});

t.test('a line of maxBytes passes, with a CR before its end too', async (t) => {
  for (const pieces of [['1234\r\n1234\n'], '1234\r\n1234\n'.split(''), ['1234\r', '\n1234', '\n']]) {
    const chunks = pieces.map((piece) => Buffer.from(piece));
    t.same(texts(decodeAll(new LineDecoder({ maxBytes: 4 }), chunks)), ['1234', '1234']);
  }
});

t.test('a longer line is refused as soon as it is certain, after the lines before it', async (t) => {
  for (const last of ['12345', '12345\n', '1234\r1', '1234\r\r', '12345\r\n']) {
    const decoder = new LineDecoder({ maxBytes: 4 });
    const lines: string[] = [];
    t.throws(() => {
      for (const line of decoder.decode(Buffer.from(`ok\n${last}`))) lines.push(line.toString());
    }, tooLong, JSON.stringify(last));
    t.same(lines, ['ok']);
    t.equal(decoder.pendingBytes, 0, 'nothing of it is kept');
  }
});

t.test('a line that comes in pieces is refused with the piece that makes it too long', async (t) => {
  const decoder = new LineDecoder({ maxBytes: 4 });
  decodeAll(decoder, [Buffer.from('123'), Buffer.from('4'), Buffer.from('\r')]);
  t.throws(() => decodeAll(decoder, [Buffer.from('x')]), { message: 'a line has 6 bytes or more, but maxBytes is 4; close the connection, or allow more' });
});

t.test('after the error all that follows is the same error', async (t) => {
  const decoder = new LineDecoder({ maxBytes: 1 });
  let first: unknown;
  try {
    decodeAll(decoder, [Buffer.from('12')]);
  } catch (error) {
    first = error;
  }
  t.match(first, tooLong);
  for (let i = 0; i < 2; i++) {
    try {
      decoder.decode(Buffer.from('\n'));
      t.fail('it went on');
    } catch (error) {
      t.equal(error, first);
    }
  }
});

t.test('without maxBytes a line may have 64 kB', async (t) => {
  t.equal(new LineDecoder().maxBytes, 65_536);
  t.equal(decodeAll(new LineDecoder(), [Buffer.alloc(65_536), Buffer.from('\n')])[0]?.length, 65_536);
  t.throws(() => decodeAll(new LineDecoder(), [Buffer.alloc(65_537)]), tooLong);
});

t.test('property: any lines, cut anywhere, come out as they went in', async () => {
  fc.assert(
    fc.property(payloads('ab\r'), fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 12, maxLength: 12 }), cuts, (contents, ends, places) => {
      const stream = Buffer.from(contents.map((content, i) => content + ends[i]).join(''));
      const lines = contents.map((content, i) => (ends[i] === '\n' ? content.replace(/\r$/, '') : content));
      const decoder = new LineDecoder({ maxBytes: 12 });
      return JSON.stringify(texts(decodeAll(decoder, cut(stream, places)))) === JSON.stringify(lines) && decoder.pendingBytes === 0;
    }),
  );
});
