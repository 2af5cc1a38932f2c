import fc from 'fast-check';
import t from 'tap';
import { halfSipHash } from '../../src/algorithms/half-sip-hash.js';

const KEY0 = 0x03020100;
const KEY1 = 0x07060504;

/**
 * Of the message 00 01 02 … with this many bytes, under the key 00 … 07: the values by which the Linux kernel tests its
 * HalfSipHash-1-3 (lib/tests/siphash_kunit.c, for machines of 32 bits).
 */
const KNOWN: Readonly<Record<number, number>> = {
  0: 0x5814c896,
  1: 0xe7e864ca,
  2: 0xbc4b0e30,
  3: 0x01539939,
  4: 0x7e059ea6,
  5: 0x88e3d89b,
  8: 0x577999b1,
  15: 0xd0257b04,
  16: 0x8b31d501,
  17: 0x2b1cd04b,
  63: 0x87178304,
};

t.test('it returns the known values', async (t) => {
  const message = Uint8Array.from({ length: 64 }, (_, i) => i);
  for (const [length, hash] of Object.entries(KNOWN)) t.equal(halfSipHash(message, 0, Number(length), KEY0, KEY1), hash | 0, `${length} bytes`);
});

t.test('property: only the bytes of the range count, wherever they lie, and they decide the hash', async () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(bytes, bytes, bytes, fc.integer(), fc.integer(), (before, message, after, key0, key1) => {
      const whole = Buffer.concat([before, message, after]);
      const hash = halfSipHash(whole, before.length, before.length + message.length, key0, key1);
      return hash === halfSipHash(message, 0, message.length, key0, key1) && Object.is(hash, hash | 0);
    }),
  );
});

/** How many of 2^16 keys that differ little fall into each of 256 buckets, judged by eight bits from `shift` on. */
function spread(shift: number, key0: number, key1: number): number[] {
  const counts = new Array<number>(256).fill(0);
  const key = Buffer.alloc(16, 'key:000000000000');
  for (let i = 0; i < 65_536; i++) {
    key.write(String(i).padStart(5, '0'), 11);
    const bucket = (halfSipHash(key, 0, 16, key0, key1) >>> shift) & 255;
    counts[bucket]!++;
  }
  return counts;
}

t.test('all parts of the hash spread keys that differ little evenly, under any key', async (t) => {
  for (const [key0, key1] of [[0, 0], [1, 0], [KEY0, KEY1], [-1, -1]] as const) {
    for (const shift of [0, 8, 16, 24]) {
      const chiSquare = spread(shift, key0, key1).reduce((sum, count) => sum + (count - 256) ** 2 / 256, 0);
      // With 255 degrees of freedom the mean is 255 and the deviation 22.6; six of them are no chance.
      t.ok(chiSquare > 119 && chiSquare < 391, `chi square ${chiSquare.toFixed(1)} for key ${key0}, ${key1} from bit ${shift}`);
    }
  }
});

t.test('each bit of the message or the key that turns over turns about half of the bits of the hash', async (t) => {
  const key = Buffer.alloc(8);
  const message = Buffer.from('user:12345:name');
  const hash = (): number => halfSipHash(message, 0, message.length, key.readInt32LE(0), key.readInt32LE(4));
  for (const target of [message, key]) {
    for (let bit = 0; bit < target.length * 8; bit++) {
      let turned = 0;
      for (let i = 0; i < 200; i++) {
        key.writeUInt32LE((i * 0x9e3779b1) >>> 0, 0);
        key.writeUInt32LE((i * 0x85ebca6b) >>> 0, 4);
        const before = hash();
        target[bit >> 3]! ^= 1 << (bit & 7);
        turned += ones(before ^ hash());
        target[bit >> 3]! ^= 1 << (bit & 7);
      }
      t.ok(turned > 200 * 15 && turned < 200 * 17, `bit ${bit}: ${turned / 200}`);
    }
  }
});

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
