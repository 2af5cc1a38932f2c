import fc from 'fast-check';
import t from 'tap';
import { Int64 } from '../../src/values/int64.js';

function parsed(text: string): Int64 | undefined {
  const integer = new Int64();
  return integer.parse(Buffer.from(`(${text})`), 1, text.length + 1) ? integer : undefined;
}

const integers = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.tuple(fc.constantFrom(15n, 16n, 31n, 32n, 53n, 62n), fc.bigInt({ min: -2n, max: 2n }), fc.boolean()).map(([bits, offset, negative]) => {
    const value = 2n ** bits + offset;
    return negative ? -value : value;
  }),
);

t.test('property: what is read is written the same, in as many bytes as it takes', async (t) => {
  const target = Buffer.alloc(32);
  fc.assert(
    fc.property(integers, (value) => {
      const integer = parsed(String(value)) as Int64;
      t.equal(target.toString('latin1', 2, integer.format(target, 2)), String(value));
      t.equal(integer.width, [2, 4].find((width) => BigInt.asIntN(width * 8, value) === value) ?? 8);
    }),
  );
});

t.test('property: integers are in order by their words', async (t) => {
  fc.assert(
    fc.property(integers, integers, (one, other) => {
      const { high, low } = parsed(String(other)) as Int64;
      t.equal(Math.sign((parsed(String(one)) as Int64).compare(high, low)), one < other ? -1 : one > other ? 1 : 0);
    }),
  );
});

t.test('what Redis would not write itself is no integer', async (t) => {
  for (const text of ['', '-', '+1', '-0', '01', '1 ', ' 1', '1.0', '1e3', '0x1', String(2n ** 63n), String(-(2n ** 63n) - 1n), '9'.repeat(20)]) {
    t.equal(parsed(text), undefined, text);
  }
});
