/** What becomes of a reactor when signals come. That real ones come: behaviour/signals.test.ts. */
import t, { type Test } from 'tap';
import { EdgeloopError, type Signal, type SignalListener, closeOnSignals } from '../src/index.js';
import { openReactor } from './support/setting.js';

const TERM: Signal = { name: 'SIGTERM', number: 15, code: 0, pid: 1, uid: 0 };

/** A reactor whose signals the test sends itself, and of which it notes how it is closed. */
function open(t: Test, refused?: NodeJS.Signals) {
  const reactor = openReactor(t);
  const listeners = new Map<unknown, SignalListener>();
  const deadlines: unknown[] = [];
  const close = reactor.close.bind(reactor);
  reactor.close = (options) => (deadlines.push(options?.deadlineMs), close(options));
  reactor.onSignal = (signal, listener) => {
    if (signal === refused) throw new EdgeloopError('EL_SIGNAL_TAKEN', 'another has it');
    listeners.set(signal, listener);
    return { close: () => void listeners.delete(signal) };
  };
  return { reactor, listeners, deadlines };
}

t.test('the first signal closes within the deadline, the second at once', async (t) => {
  const { reactor, listeners, deadlines } = open(t);
  const told: boolean[] = [];
  closeOnSignals(reactor, { deadlineMs: 60_000, onSignal: (_signal, again) => void told.push(again) });
  t.same([...listeners.keys()], ['SIGTERM', 'SIGINT']);
  listeners.get('SIGTERM')?.(TERM);
  listeners.get('SIGINT')?.(TERM);
  t.same(deadlines, [60_000, 0]);
  t.same(told, [false, true]);
});

t.test('a deadline that is undefined is the default, and not none', async (t) => {
  const { reactor, listeners, deadlines } = open(t);
  closeOnSignals(reactor, { deadlineMs: undefined } as never);
  listeners.get('SIGTERM')?.(TERM);
  t.same(deadlines, [10_000]);
});

t.test('a wrong deadline is refused when it is given, and not when the signal comes', async (t) => {
  const { reactor, listeners } = open(t);
  for (const deadlineMs of [-1, Number.NaN, '5' as never]) {
    t.throws(() => closeOnSignals(reactor, { deadlineMs }), { code: 'EL_OPTION_INVALID', message: /closeOnSignals: "deadlineMs"/ });
  }
  t.throws(() => closeOnSignals(reactor, { deadline: 5 } as never), { code: 'EL_OPTION_INVALID', message: /no option "deadline"/ });
  t.equal(listeners.size, 0);
});

t.test('the reactor is closed also if the callback throws', async (t) => {
  const { reactor, listeners, deadlines } = open(t);
  const fail = () => {
    throw new Error('cannot say good-bye');
  };
  closeOnSignals(reactor, { deadlineMs: 7, onSignal: fail });
  t.throws(() => listeners.get('SIGTERM')?.(TERM), /cannot say good-bye/);
  t.same(deadlines, [7]);
});

t.test('where one of the signals is taken, none is listened to', async (t) => {
  const { reactor, listeners } = open(t, 'SIGINT');
  t.throws(() => closeOnSignals(reactor), { code: 'EL_SIGNAL_TAKEN' });
  t.equal(listeners.size, 0, 'SIGTERM keeps its effect');
});
