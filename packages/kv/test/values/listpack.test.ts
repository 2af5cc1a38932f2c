import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Slice } from '../../src/memory/slice.js';
import {
  elementBefore, elementEnd, integerBytes, readInteger, readString, stringBytes, writeInteger, writeString,
} from '../../src/values/listpack.js';

const slice = new Slice();

/** Integers that are just short enough, or just too long for fewer bytes. */
const edges = [
  0n, 127n, 128n, -1n, 4095n, 4096n, -4096n, -4097n, 32_767n, 32_768n, -32_769n, 2n ** 23n, -(2n ** 23n), 2n ** 31n, -(2n ** 31n) - 1n,
  2n ** 63n - 1n, -(2n ** 63n),
];
const integer = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const text = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
  integer.map(String),
  fc.constantFrom('01', '+1', '-0', ' 1', '9223372036854775808'),
  fc.constantFrom(63, 64, 122, 126, 127, 4095, 4096, 16_378, 16_380, 70_000).map((length) => 'x'.repeat(length)),
);

t.test('property: strings that are written one after the other are read in both directions, and take what was foretold', async (t) => {
  const property = fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
    const buffer = Buffer.alloc(1_000_000);
    const ends = [3];
    for (const one of texts) {
      const bytes = Buffer.from(`<${one}>`, 'latin1');
      const at = ends.at(-1) as number;
      ends.push(writeString(buffer, at, bytes, 1, bytes.length - 1));
      assert.equal(ends.at(-1), at + stringBytes(bytes, 1, bytes.length - 1));
      assert.equal(elementEnd(buffer, at), ends.at(-1));
    }
    for (let i = texts.length; i > 0; i--) {
      assert.equal(elementBefore(buffer, ends[i] as number), ends[i - 1]);
      assert.equal(readString(buffer, ends[i - 1] as number, slice).copy().toString('latin1'), texts[i - 1]);
    }
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 200 }));
});

t.test('property: an integer is what it was, and takes as little as it can', async (t) => {
  const buffer = Buffer.alloc(16);
  const property = fc.property(integer, (value) => {
    const end = writeInteger(buffer, 1, value);
    assert.equal(end, 1 + integerBytes(value));
    assert.equal(BigInt(readInteger(buffer, 1)), value);
    assert.equal(elementBefore(buffer, end), 1);
  });
  t.doesNotThrow(() => fc.assert(property));
  t.strictSame(edges.map((value) => integerBytes(value)), [2, 2, 3, 3, 3, 4, 3, 4, 4, 5, 5, 6, 5, 10, 10, 10, 10]);
});

t.test('elements are, to the byte, those of the specification', async (t) => {
  const written = (text: string) => {
    const buffer = Buffer.alloc(100);
    const bytes = Buffer.from(text);
    return buffer.subarray(0, writeString(buffer, 0, bytes, 0, bytes.length)).toString('hex');
  };
  t.equal(written('5'), '0501');
  t.equal(written('-1'), 'dfff02');
  t.equal(written('1000'), 'c3e802');
  t.equal(written('30000'), 'f1307503');
  t.equal(written('ab'), '82616203');
  t.equal(written('x'.repeat(64)), `e040${'78'.repeat(64)}42`);
});
