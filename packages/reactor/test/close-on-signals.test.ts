/** How a server is set up to end by signals, on a kernel without them. That it does end: packages/echo/test. */
import t, { type Test } from 'tap';
import { closeOnSignals } from '../src/index.js';
import { nativeKernel } from '../src/kernel/native-kernel.js';
import { descriptors, openReactor } from './support/setting.js';

const EBUSY = -16;
/** The set with SIGINT alone. */
const SIGINT_BIT = 1 << 1;

/** A reactor of a process in which another one reads SIGINT, and the signals that it has claimed itself. */
function open(t: Test) {
  const claimed = new Set<number>();
  const reactor = openReactor(t, {
    kernel: {
      claimSignals: (low) => (low === SIGINT_BIT ? EBUSY : (claimed.add(low), 0)),
      releaseSignals: (low) => (claimed.delete(low), 0),
      signalfd: (fd) => (fd === -1 ? nativeKernel().eventfdCreate() : fd),
    },
  });
  return { reactor, claimed };
}

t.test('where one of the signals is taken, none is kept', async (t) => {
  const { reactor, claimed } = open(t);
  const before = descriptors();
  t.throws(() => closeOnSignals(reactor), { code: 'EL_SIGNAL_TAKEN' });
  t.equal(claimed.size, 0);
  t.equal(descriptors(), before);
});

t.test('a wrong deadline is told at once, and not when the first signal comes', async (t) => {
  const { reactor, claimed } = open(t);
  for (const deadlineMs of [-1, Number.NaN, '5' as unknown as number]) {
    t.throws(() => closeOnSignals(reactor, { deadlineMs, signals: ['SIGTERM'] }), { code: 'EL_OPTION_INVALID', message: /closeOnSignals: "deadlineMs"/ });
  }
  t.equal(claimed.size, 0);
});
