import fc from 'fast-check';
import t from 'tap';
import { CorruptHyperLogLogError, HyperLogLog, countRegisters } from '../../src/algorithms/hyper-log-log.js';
import { murmurHash64A } from '../../src/algorithms/murmur-hash.js';
import { skipWithout } from '../support/required-tool.js';
import { startRedis } from '../support/throwaway-redis.js';

const MAX_SPARSE_BYTES = 3000;
const REGISTERS = 16_384;
const HEADER_BYTES = 16;

function add(log: HyperLogLog, element: string): boolean {
  return log.add(Buffer.from(`x${element}x`), 1, element.length + 1, MAX_SPARSE_BYTES);
}

/** In bigints, as its author wrote it down. */
function slowMurmurHash(bytes: Uint8Array, seed: bigint): bigint {
  const times = (x: bigint): bigint => BigInt.asUintN(64, x * 0xc6a4a7935bd1e995n);
  const fold = (x: bigint): bigint => x ^ (x >> 47n);
  const word = (part: Uint8Array): bigint => part.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let hash = seed ^ times(BigInt(bytes.length));
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) hash = times(hash ^ times(fold(times(word(bytes.subarray(at, at + 8))))));
  if (at < bytes.length) hash = times(hash ^ word(bytes.subarray(at)));
  return fold(times(fold(hash)));
}

t.test('property: the hash in halves is the hash in 64 bits', async () => {
  const hash = new Int32Array(2);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), (bytes, start) => {
      const range = bytes.subarray(start);
      murmurHash64A(bytes, Math.min(start, bytes.length), bytes.length, 0xadc83b19, hash);
      const halves = (BigInt(hash[1]! >>> 0) << 32n) | BigInt(hash[0]! >>> 0);
      return halves === slowMurmurHash(range, 0xadc83b19n);
    }),
  );
});

t.test('it counts distinct elements to within a few percent, first sparse, then dense', async (t) => {
  const log = new HyperLogLog();
  t.equal(log.count(), 0);
  for (let i = 0; i < 100; i++) for (let again = 0; again < 3; again++) t.equal(add(log, `few:${i}`), again === 0);
  t.equal(log.isDense, false);
  t.equal(log.count(), 100);
  for (let i = 0; i < 50_000; i++) add(log, `many:${i}`);
  t.ok(log.isDense);
  t.ok(Math.abs(log.count() / 50_100 - 1) < 0.03, `${log.count()}`);
});

t.test('a string that is none is told apart, and one whose registers do not add up is corrupt', async (t) => {
  const empty = new HyperLogLog().bytes;
  t.ok(HyperLogLog.isHyperLogLog(empty));
  for (const text of ['', 'HYLL', 'hello, this is no log of any kind']) t.notOk(HyperLogLog.isHyperLogLog(Buffer.from(text)));
  const dense = new HyperLogLog();
  dense.makeDense();
  t.ok(HyperLogLog.isHyperLogLog(dense.bytes));
  t.notOk(HyperLogLog.isHyperLogLog(dense.bytes.subarray(1)));
  t.notOk(HyperLogLog.isHyperLogLog(dense.bytes.subarray(0, -1)));
  t.notOk(HyperLogLog.isHyperLogLog(Buffer.from(empty).fill(2, 4, 5)), 'an unknown encoding');
  for (const runs of [[], [0x40], [0x7f, 0xfe], [0x7f, 0xff, 0x00], [0x7f, 0xff, 0x80]]) {
    const log = () => new HyperLogLog(Uint8Array.from([...empty.subarray(0, HEADER_BYTES), ...runs]));
    const stale = log();
    stale.forgetCardinality();
    t.throws(() => stale.count(), CorruptHyperLogLogError, `${runs}`);
    t.throws(() => log().makeDense(), CorruptHyperLogLogError);
  }
  for (const runs of [[0x40], [0x7f]]) {
    const cut = new HyperLogLog(Uint8Array.from([...empty.subarray(0, HEADER_BYTES), ...runs]));
    t.throws(() => cut.raise(5, 1, MAX_SPARSE_BYTES), CorruptHyperLogLogError, `a run of which the second byte is missing, ${runs}`);
  }
});

const indexes = fc.oneof(fc.nat(30), fc.nat(REGISTERS - 1));
const ranks = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 51 }));
const raises = fc.array(fc.tuple(indexes, ranks), { maxLength: 80 });

t.test('property: sparse or dense, the registers are those that were set', async () => {
  fc.assert(
    fc.property(raises, fc.constantFrom(30, 60, MAX_SPARSE_BYTES), (raises, maxSparseBytes) => {
      const model = new Uint8Array(REGISTERS);
      const log = new HyperLogLog();
      for (const [index, value] of raises) {
        if (log.raise(index, value, maxSparseBytes) !== model[index]! < value) throw new Error(`register ${index}`);
        model[index] = Math.max(model[index]!, value);
      }
      const registers = new Uint8Array(REGISTERS);
      log.mergeInto(registers);
      if (!log.isDense && log.bytes.length > maxSparseBytes) throw new Error('it is too long');
      return Buffer.compare(registers, model) === 0;
    }),
  );
});

t.test('the string and the count are those of Redis, byte for byte, through all stages', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  for (const [run, steps] of [[1, 2500], [2, 60], [3, 400]] as const) {
    const texts = fc.oneof(fc.string({ maxLength: 20 }), fc.nat(steps).map((n) => `user:${n}`));
    const elements = fc.sample(texts, { numRuns: steps, seed: run }).map((text) => Buffer.from(text));
    const key = `log:${run}`;
    const count = (i: number) => (i % 7 === 0 ? ['PFCOUNT', key] : ['PING']);
    const replies = await redis.pipeline(elements.flatMap((element, i) => [['PFADD', key, element], count(i), ['GET', key]]));
    const log = new HyperLogLog();
    const different = elements.findIndex((element, i) => {
      const added = log.add(element, 0, element.length, MAX_SPARSE_BYTES);
      // The command makes its key even if it adds nothing to it.
      if (i === 0) log.forgetCardinality();
      const count = i % 7 === 0 ? log.count() : 'PONG';
      const [theirs, theirCount, theirBytes] = replies.slice(i * 3, i * 3 + 3);
      return theirs !== Number(added) || String(theirCount) !== String(count) || !(theirBytes as Buffer).equals(log.bytes);
    });
    t.equal(different, -1, `${steps} elements`);
    t.equal(log.isDense, steps === 2500);
  }
});

t.test('PFMERGE and PFCOUNT of several keys give what Redis gives', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const logs = [20, 300, 4000].map((size, which) => {
    const log = new HyperLogLog();
    for (let i = 0; i < size; i++) add(log, `element:${i * (which + 1)}`);
    return log;
  });
  for (const [i, log] of logs.entries()) await redis.call('SET', `log:${i}`, log.bytes);
  for (const [target, ...sources] of [[0, 1], [1, 0], [0, 1, 2], [2, 0], [9, 0, 1]] as const) {
    const registers = new Uint8Array(REGISTERS);
    const merged = new HyperLogLog(logs[target]?.bytes.slice());
    for (const log of [merged, ...sources.map((source) => logs[source] as HyperLogLog)]) {
      if (log.isDense) merged.makeDense();
      log.mergeInto(registers);
    }
    merged.raiseAll(registers, MAX_SPARSE_BYTES);
    await redis.pipeline([['DEL', 'merged'], ...(logs[target] === undefined ? [] : [['COPY', `log:${target}`, 'merged']])]);
    t.equal(await redis.call('PFCOUNT', 'merged', ...sources.map((source) => `log:${source}`)), countRegisters(registers));
    await redis.call('PFMERGE', 'merged', ...sources.map((source) => `log:${source}`));
    t.ok(((await redis.call('GET', 'merged')) as Buffer).equals(merged.bytes), `${target} with ${sources}`);
  }
});

t.test('Redis counts any registers alike', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  for (const share of [0.0001, 0.01, 0.3, 0.7, 1]) {
    for (const highest of [1, 2, 10, 50, 51]) {
      const log = new HyperLogLog();
      log.makeDense();
      for (let i = 0; i < REGISTERS * share; i++) log.raise(i, 1 + ((i * 7) % highest), MAX_SPARSE_BYTES);
      log.forgetCardinality();
      await redis.call('SET', 'log', log.bytes);
      t.equal(await redis.call('PFCOUNT', 'log'), log.count(), `${share} of the registers up to ${highest}`);
    }
  }
});
