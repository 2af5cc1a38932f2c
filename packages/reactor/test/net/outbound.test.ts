import fc from 'fast-check';
import t from 'tap';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { Meters } from '../../src/loop/meters.js';
import { Outbound } from '../../src/net/outbound.js';
import { BufferPool } from '../../src/structures/buffer-pool.js';

const EINTR = -4;
const EAGAIN = -11;
const EPIPE = -32;

/** An Outbound on a socket that takes what `answers` say, in turn: a number of bytes at most, or -errno. Everything, when they are used up. */
function outboundOn(answers: number[]) {
  const taken: Buffer[] = [];
  let calls = 0;
  const send: Kernel['send'] = (_fd, base, offset, length) => {
    calls++;
    const answer = Math.min(answers.shift() ?? length, length);
    if (answer > 0) taken.push(Buffer.from(base.subarray(offset, offset + answer)));
    return answer;
  };
  const pool = new BufferPool(16 * 1024, 4);
  const outbound = new Outbound({ kernel: { ...nativeKernel(), send }, counters: new Meters().counters, pool, outputHooks: { call: () => true } }, 3);
  return { outbound, pool, taken: () => Buffer.concat(taken), calls: () => calls };
}

t.test('small writes are gathered and leave in one send', async (t) => {
  const { outbound, taken, calls } = outboundOn([]);
  for (const word of ['a', 'b', 'c']) t.equal(outbound.write(Buffer.from(word)), 0);
  t.equal(calls(), 0);
  t.ok(outbound.sendable);
  t.equal(outbound.flush(1000), 0);
  t.equal(calls(), 1);
  t.equal(taken().toString(), 'abc');
  t.equal(outbound.bytesWritten, 3);
});

t.test('a large write goes out at once, behind what was gathered before it', async (t) => {
  const { outbound, taken } = outboundOn([]);
  outbound.write(Buffer.from('first'));
  outbound.write(Buffer.alloc(5000, 'x'));
  t.equal(taken().toString(), `first${'x'.repeat(5000)}`);
  t.equal(outbound.length, 0);
});

t.test('a short send blocks until the socket is writable again, without asking for EAGAIN', async (t) => {
  const { outbound, calls } = outboundOn([100]);
  outbound.write(Buffer.alloc(5000));
  t.equal(calls(), 1);
  t.equal(outbound.length, 4900);
  t.ok(outbound.blocked);
  t.equal(outbound.next, undefined);
  outbound.flush(1e6);
  t.equal(calls(), 1, 'a blocked socket is not tried');
  outbound.writable = true;
  outbound.flush(1e6);
  t.equal(outbound.length, 0);
});

t.test('EAGAIN blocks, EINTR tries again, anything else is handed on', async (t) => {
  const { outbound } = outboundOn([EINTR, EAGAIN, EPIPE]);
  t.equal(outbound.write(Buffer.alloc(5000)), 0);
  t.ok(outbound.blocked);
  outbound.writable = true;
  t.equal(outbound.flush(1e6), EPIPE);
});

t.test('a flush stops at its budget', async (t) => {
  const { outbound } = outboundOn([EAGAIN]);
  for (let i = 0; i < 10; i++) outbound.write(Buffer.alloc(4000));
  outbound.writable = true;
  outbound.flush(1);
  t.ok(outbound.length > 0 && outbound.length < 40_000);
  t.ok(outbound.sendable);
});

t.test('clearing gives the blocks back and says how much was lost', async (t) => {
  const { outbound, pool } = outboundOn([]);
  outbound.write(Buffer.alloc(700));
  t.equal(outbound.clear(), 700);
  t.equal(pool.free, 4);
});

t.test('property: whatever the socket answers, every byte leaves once and in order', async () => {
  const answer = fc.oneof(fc.integer({ min: 1, max: 6000 }), fc.constantFrom(EAGAIN, EINTR));
  const step = fc.oneof(fc.record({ write: fc.nat(9000) }), fc.constantFrom('flush' as const, 'unblock' as const));
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 60 }), fc.array(step, { maxLength: 40 }), (answers, steps) => {
      const { outbound, taken, pool } = outboundOn(answers);
      const written: Buffer[] = [];
      for (const [i, step] of steps.entries()) {
        if (step === 'flush') outbound.flush(2000);
        else if (step === 'unblock') outbound.writable = true;
        else {
          const bytes = Buffer.alloc(step.write, i + 1);
          written.push(Buffer.from(bytes));
          outbound.write(bytes);
          bytes.fill(0);
        }
      }
      for (let tries = 0; outbound.length > 0 && tries < 1000; tries++) {
        outbound.writable = true;
        outbound.flush(1e9);
      }
      return taken().equals(Buffer.concat(written)) && pool.free === 4;
    }),
  );
});

t.test('what a failed send has not taken counts as queued, so that closing tells the peer: it was taken for sent', async (t) => {
  const atOnce = outboundOn([EPIPE]);
  t.equal(atOnce.outbound.write(Buffer.alloc(5000)), EPIPE);
  t.equal(atOnce.outbound.length, 5000);
  const behind = outboundOn([EPIPE]);
  behind.outbound.write(Buffer.from('first'));
  t.equal(behind.outbound.write(Buffer.alloc(5000)), EPIPE);
  t.equal(behind.outbound.clear(), 5005);
});
