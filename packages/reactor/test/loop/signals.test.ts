/** Whom the loop tells of a signal, on a kernel that only says that signals came. Real ones: behaviour/signals.test.ts. */
import t, { type Test } from 'tap';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { SIGNAL_BUDGET_CALLS } from '../../src/limits.js';
import { descriptors, openReactor, until } from '../support/setting.js';

const native = nativeKernel();
const TERM = 15;
const HUP = 1;

/** A kernel whose signals are numbers in a list, behind an eventfd. */
class Pretended {
  readonly claimed = new Set<number>();
  readonly pending: number[] = [];
  fd = -1;

  readonly kernel: Partial<Kernel> = {
    claimSignals: (low) => (this.claimed.add(low), 0),
    releaseSignals: (low) => (this.claimed.delete(low), 0),
    signalfd: (fd) => (fd === -1 ? (this.fd = native.eventfdCreate()) : fd),
    signalfdRead: (fd, quads, capacity) => {
      const numbers = this.pending.splice(0, capacity);
      if (this.pending.length === 0) native.eventfdRead(fd);
      for (const [i, number] of numbers.entries()) quads.set([number, 0, 77, 1000], i * 4);
      return numbers.length;
    },
  };

  send(...numbers: readonly number[]): void {
    for (const number of numbers) this.pending.push(number);
    native.eventfdSignal(this.fd);
  }
}

function open(t: Test, calls: Partial<Kernel> = {}) {
  const pretended = new Pretended();
  return { pretended, reactor: openReactor(t, { kernel: { ...pretended.kernel, ...calls } }) };
}

t.test('each subscription is one, also when two have the same listener, and ends with its own close', async (t) => {
  const { pretended, reactor } = open(t);
  let calls = 0;
  const listener = () => void calls++;
  const first = reactor.onSignal('SIGTERM', listener);
  const second = reactor.onSignal('SIGTERM', listener);
  pretended.send(TERM);
  await until(() => calls === 2, 'both');
  first.close();
  first.close();
  pretended.send(TERM);
  await until(() => calls === 3, 'the second');
  t.equal(pretended.claimed.size, 1);
  second.close();
  t.equal(pretended.claimed.size, 0, 'the last gives the signal back');
  const third = reactor.onSignal('SIGTERM', listener);
  second.close();
  t.equal(pretended.claimed.size, 1, 'closing again does not end the subscription of another');
  third.close();
});

t.test('a listener whose subscription another one closes is not called any more', async (t) => {
  const { pretended, reactor } = open(t);
  const heard: string[] = [];
  reactor.onSignal('SIGTERM', () => {
    heard.push('first');
    second.close();
    reactor.onSignal('SIGTERM', () => heard.push('late'));
  });
  const second = reactor.onSignal('SIGTERM', () => heard.push('second'));
  pretended.send(TERM);
  await until(() => pretended.pending.length === 0 && heard.length > 0, 'the signal');
  t.same(heard, ['first'], 'and one that comes meanwhile waits for the next signal');
});

t.test('the last subscription may be closed by its own listener, with more signals in the batch', async (t) => {
  const { pretended, reactor } = open(t);
  const before = descriptors();
  let calls = 0;
  const subscription = reactor.onSignal('SIGTERM', () => {
    calls++;
    subscription.close();
  });
  pretended.send(TERM, TERM, TERM);
  await until(() => calls === 1, 'the signal');
  await until(() => descriptors() === before, 'the descriptor');
  t.equal(calls, 1);
});

t.test('a listener may close the last subscription and subscribe again, also where its slot is not got back', async (t) => {
  const { pretended, reactor } = open(t);
  const inbox = reactor.openInbox(() => {});
  let again = 0;
  const subscription = reactor.onSignal('SIGTERM', () => {
    subscription.close();
    inbox.close();
    reactor.onSignal('SIGTERM', () => again++);
  });
  pretended.send(TERM);
  await until(() => pretended.pending.length === 0 && pretended.claimed.size === 1, 'the signal');
  await reactor.delay(2);
  pretended.send(TERM);
  await until(() => again === 1, 'the next signal');
});

t.test('subscriptions may be closed while their signal waits in the ready queue', async (t) => {
  const { pretended, reactor } = open(t);
  let heard = 0;
  const subscription = reactor.onSignal('SIGHUP', () => heard++);
  // A full batch: the signalfd goes back into the queue, and the timers of the turn come after it.
  const timer = reactor.setInterval(() => {
    if (heard === 0) return;
    timer.cancel();
    subscription.close();
    pretended.pending.length = 0;
  }, 1);
  pretended.send(...Array.from({ length: 20_000 }, () => HUP));
  await until(() => !timer.pending, 'the timer');
  t.ok(heard < 20_000, `${heard} signals were heard before`);
  await reactor.delay(2);
  t.equal(pretended.claimed.size, 0);
});

t.test('more signals than a turn takes are read in the next ones, before the loop waits', async (t) => {
  const { pretended, reactor } = open(t);
  const heard: number[] = [];
  let closes = 0;
  const subscription = reactor.onSignal('SIGHUP', ({ number }) => {
    heard.push(number);
    if (heard.length === 3 * SIGNAL_BUDGET_CALLS) reactor.post(() => {
      closes++;
      subscription.close();
    });
  });
  pretended.send(...Array.from({ length: 3 * SIGNAL_BUDGET_CALLS + 5 }, () => HUP));
  await until(() => closes === 1, 'the end');
  t.ok(heard.length >= 3 * SIGNAL_BUDGET_CALLS);
});

t.test('a subscription that fails leaves nothing behind: no claim, no descriptor, and the next one works', async (t) => {
  let full = true;
  const pretended = new Pretended();
  const before = descriptors();
  const reactor = openReactor(t, {
    kernel: { ...pretended.kernel, signalfd: (fd, low, high) => (full ? -24 : (pretended.kernel.signalfd as Kernel['signalfd'])(fd, low, high)) },
  });
  const opened = descriptors();
  t.throws(() => reactor.onSignal('SIGTERM', () => {}), { code: 'EMFILE', syscall: 'signalfd' });
  t.equal(pretended.claimed.size, 0);
  t.equal(descriptors(), opened);
  full = false;
  let heard = 0;
  reactor.onSignal('SIGTERM', () => heard++);
  pretended.send(TERM);
  await until(() => heard === 1, 'the signal');
  await reactor.close();
  t.equal(pretended.claimed.size, 0);
  await until(() => descriptors() === before, 'the descriptors');
});

t.test('a signalfd that cannot enter the epoll set is given back with the claim', async (t) => {
  let full = false;
  const { pretended, reactor } = open(t, { epollAdd: (...parameters) => (full ? -28 : native.epollAdd(...parameters)) });
  const before = descriptors();
  full = true;
  t.throws(() => reactor.onSignal('SIGTERM', () => {}), { code: 'ENOSPC' });
  full = false;
  t.equal(pretended.claimed.size, 0);
  t.equal(descriptors(), before);
});

t.test('signals that cannot be read, or do not exist, or belong to the C library, are refused by name', async (t) => {
  const { pretended, reactor } = open(t);
  const refuse = (signal: unknown, message: RegExp) => {
    t.throws(() => reactor.onSignal(signal as number, () => {}), { code: 'EL_OPTION_INVALID', message }, String(signal));
  };
  for (const name of ['SIGKILL', 'SIGSTOP', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS']) refuse(name, new RegExp(name));
  refuse(9, /SIGKILL/);
  for (const number of [32, 33, 34]) refuse(number, new RegExp(`SIG${number}`));
  for (const nonsense of [0, -1, 65, 1.5, Number.NaN, 'SIGNONSENSE', 'term', '15', 'constructor', '', undefined, null, {}, 10n]) refuse(nonsense, /there is no signal/);
  t.equal(pretended.claimed.size, 0);
  t.equal(pretended.fd, -1);
});
