/**
 * `timer LABEL`, `arm LABEL [MILLISECONDS]` (an hour without), `disarm LABEL`, `expirations LABEL`; `event LABEL`, `signal LABEL`, `take LABEL`;
 * `claim NUMBER`, `release NUMBER`, `signals LABEL NUMBER,...`, `raise NUMBER`, `read-signals LABEL CAPACITY`; `affinity CAPACITY`, `use-no-cpu`, `thread-name`,
 * `advise-huge-pages`, `clock`.
 */
import { type Verb, resultText } from './stage.js';

const NANOSECONDS = 1e6;
const HOUR_MS = 3_600_000;

/** Of CPUs. */
const MASK = new Uint8Array(1024);

export const WAKEUP_VERBS: Readonly<Record<string, Verb>> = {
  timer: (stage, label = '') => stage.opened(label, stage.kernel.timerfdCreate()),
  arm: (stage, label = '', ms) => resultText(stage.kernel.timerfdArm(stage.fd(label), Number(ms ?? HOUR_MS) * NANOSECONDS)),
  disarm: (stage, label = '') => resultText(stage.kernel.timerfdArm(stage.fd(label), 0)),
  expirations: (stage, label = '') => resultText(stage.kernel.timerfdRead(stage.fd(label))),

  event: (stage, label = '') => stage.opened(label, stage.kernel.eventfdCreate()),
  signal: (stage, label = '') => resultText(stage.kernel.eventfdSignal(stage.fd(label))),
  take: (stage, label = '') => resultText(stage.kernel.eventfdRead(stage.fd(label))),

  claim: (stage, signal = '') => {
    const result = stage.kernel.claimSignals(setOf(signal), 0);
    if (result === 0) stage.claims.push(Number(signal));
    return resultText(result);
  },
  release: (stage, signal = '') => {
    stage.claims.splice(stage.claims.indexOf(Number(signal)), 1);
    return resultText(stage.kernel.releaseSignals(setOf(signal), 0));
  },
  signals: (stage, label = '', signal = '') => stage.opened(label, stage.kernel.signalfd(stage.fdOr(label, -1), setOf(signal), 0)),
  raise: (stage, signal = '') => {
    stage.raise(Number(signal));
    return 'ok';
  },
  'read-signals': (stage, label = '', capacity = '') => {
    const quads = new Int32Array(Number(capacity) * 4);
    const count = stage.kernel.signalfdRead(stage.fd(label), quads, Number(capacity));
    return count < 0 ? resultText(count) : Array.from({ length: count }, (_, i) => quads[i * 4]).join(' ');
  },

  affinity: (stage, capacity = '') => resultText(stage.kernel.setAffinity(MASK, stage.kernel.getAffinity(MASK, Number(capacity)))),
  'use-no-cpu': (stage) => resultText(stage.kernel.setAffinity(new Uint8Array(8), 8)),
  'thread-name': (stage) => resultText(stage.kernel.setThreadName(Buffer.from('a script'))),
  'advise-huge-pages': (stage) => resultText(stage.kernel.adviseHugePages(new Uint8Array(4096), 4096)),
  clock: (stage) => (stage.kernel.now() <= stage.kernel.now() ? 'forward' : 'back'),
};

/** Sets of signals have bit n - 1 for signal n. */
function setOf(signals: string): number {
  return signals.split(',').reduce((set, signal) => set | (1 << (Number(signal) - 1)), 0) >>> 0;
}
