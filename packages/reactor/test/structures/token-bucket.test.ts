import fc from 'fast-check';
import t from 'tap';
import { TokenBucket } from '../../src/structures/token-bucket.js';

const rates = fc.integer({ min: 1, max: 50 });
const waits = fc.array(fc.oneof(fc.constant(0), fc.nat(30), fc.nat(5000)), { maxLength: 200 });

t.test('a second\'s worth goes through at once, and then as many as the time that passes is worth', async (t) => {
  const bucket = new TokenBucket(4, 1000);
  const takes = (nowMs: number) => Array.from({ length: 6 }, () => bucket.take(nowMs)).filter(Boolean).length;
  t.equal(takes(1000), 4);
  t.equal(takes(1249), 0);
  t.equal(takes(1250), 1);
  t.equal(takes(1750), 2);
  t.equal(takes(100_000), 4, 'a long rest saves up no more than a second\'s worth');
});

t.test('ten tenths of a token are one', async (t) => {
  const bucket = new TokenBucket(1, 0);
  t.ok(bucket.take(0));
  for (let nowMs = 100; nowMs < 1000; nowMs += 100) t.notOk(bucket.take(nowMs));
  t.ok(bucket.take(1000));
});

t.test('whenever it is asked, it takes exactly what a bucket of thousandths would', async () => {
  fc.assert(fc.property(rates, waits, (perSecond, steps) => {
    const bucket = new TokenBucket(perSecond, 7);
    let nowMs = 7;
    let level = BigInt(perSecond) * 1000n;
    for (const step of steps) {
      nowMs += step;
      level += BigInt(step * perSecond);
      if (level > BigInt(perSecond) * 1000n) level = BigInt(perSecond) * 1000n;
      const expected = level >= 1000n;
      if (expected) level -= 1000n;
      if (bucket.take(nowMs) !== expected) return false;
    }
    return true;
  }));
});

t.test('no stretch of time sees more than a second\'s worth and what the stretch itself is worth', async () => {
  fc.assert(fc.property(rates, fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 100 }), (perSecond, steps) => {
    const bucket = new TokenBucket(perSecond, 0);
    const taken: number[] = [];
    let nowMs = 0;
    for (const step of steps) {
      nowMs += step;
      for (let i = 0; i < 3; i++) if (bucket.take(nowMs)) taken.push(nowMs);
    }
    return taken.every((from, i) => taken.slice(i).every((to, j) => j + 1 <= perSecond * (1 + (to - from) / 1000) + 1e-6));
  }));
});

t.test('a change of the rate keeps what is in the bucket, as far as it fits', async (t) => {
  const bucket = new TokenBucket(4, 0);
  const takes = (nowMs: number) => Array.from({ length: 20 }, () => bucket.take(nowMs)).filter(Boolean).length;
  bucket.changeRate(10, 0);
  t.equal(takes(0), 4, 'a higher rate gives nothing for the past');
  t.equal(takes(500), 5);
  bucket.changeRate(10, 500);
  t.equal(takes(500), 0, 'nor does the same');
  bucket.changeRate(2, 750);
  t.equal(takes(750), 2, 'what had come in at the old rate is there, but no more than the bucket holds now');
  t.equal(takes(1250), 1);
});

t.test('however the rate changes, no more goes through than was in the bucket at first and the times at each rate are worth', async () => {
  fc.assert(fc.property(rates, fc.array(fc.tuple(fc.nat(700), rates), { maxLength: 60 }), (first, changes) => {
    const bucket = new TokenBucket(first, 0);
    let nowMs = 0;
    let rate = first;
    let worth = first;
    let taken = 0;
    for (const [waitMs, next] of changes) {
      nowMs += waitMs;
      worth += (waitMs * rate) / 1000;
      bucket.changeRate(next, nowMs);
      rate = next;
      while (bucket.take(nowMs)) taken++;
      if (taken > worth + 1e-6) return false;
    }
    return true;
  }));
});
