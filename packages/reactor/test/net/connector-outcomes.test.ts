import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { constants } from 'node:os';
import fc from 'fast-check';
import t from 'tap';
import type { EdgeloopError } from '../../src/index.js';
import { EMFILE, EPOLLOUT } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { encodeAddress } from '../../src/net/address.js';
import { blackHole } from '../support/black-hole.js';
import { descriptors, openReactor, until, using } from '../support/setting.js';

const native = nativeKernel();
const { errno } = constants;

/** How an attempt may end, with the code of its error. */
const ENDS = {
  answers: '', hangs: '',
  refuses: 'ECONNREFUSED', 'fails late': 'ECONNREFUSED', unreachable: 'ENETUNREACH', 'no socket': 'EMFILE', 'no room': 'ENOSPC',
} as const;
type End = keyof typeof ENDS;
const STOPS = ['aborted before', 'aborted in lookup', 'aborted later', 'closed later', 'left alone', 'left alone'] as const;

/** A kernel on which the attempts end, one after the other, as planned; `portOf` has a port of 127.0.0.1 for those that connect. */
function plannedKernel(plan: readonly End[], portOf: (end: End) => number): Partial<typeof native> {
  const ends = new Map<number, End>();
  let attempts = 0;
  return {
    socket(family, type) {
      const end = plan[attempts++] as End;
      const fd = end === 'no socket' ? -EMFILE : native.socket(family, type);
      ends.set(fd, end);
      return fd;
    },
    connect(fd) {
      const end = ends.get(fd) as End;
      const { bytes } = encodeAddress('127.0.0.1', portOf(end));
      return end === 'unreachable' ? -errno.ENETUNREACH : native.connect(fd, bytes, bytes.length);
    },
    epollAdd(epoll, fd, events, slot, generation) {
      const full = events === EPOLLOUT && ends.get(fd) === 'no room';
      return full ? -errno.ENOSPC : native.epollAdd(epoll, fd, events, slot, generation);
    },
    getsockopt: (fd, level, name) => (ends.get(fd) === 'fails late' ? errno.ECONNREFUSED : native.getsockopt(fd, level, name)),
  };
}

/** The outcome of a dial that nobody stops. */
function outcomeOf(plan: readonly End[]): string {
  if (plan.includes('answers')) return 'open';
  if (plan.includes('hangs')) return 'EL_CONNECT_TIMEOUT';
  return plan.length > 1 ? 'EL_CONNECT_FAILED' : ENDS[plan[0] as End];
}

t.test('property: however the attempts end, and whoever stops them, there is the one outcome, and no descriptor is left', async (t) => {
  const live = createServer((socket) => void socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  const dead = createServer().listen(0, '127.0.0.1');
  t.teardown(() => live.close());
  await Promise.all([once(live, 'listening'), once(dead, 'listening')]);
  const ports = { live: (live.address() as AddressInfo).port, dead: (dead.address() as AddressInfo).port };
  const { port: hole } = blackHole(t, encodeAddress('127.0.0.1', 0));
  dead.close();
  const portOf = (end: End) => (end === 'hangs' ? hole : end === 'refuses' ? ports.dead : ports.live);
  const plans = fc.array(fc.constantFrom(...(Object.keys(ENDS) as End[])), { minLength: 1, maxLength: 4 });
  await fc.assert(fc.asyncProperty(plans, fc.constantFrom(...STOPS), async (plan, stop) => {
    const before = descriptors();
    const reactor = openReactor(t, { kernel: plannedKernel(plan, portOf) });
    let opened = 0;
    const plugin = using(reactor, { onOpen: () => void opened++ });
    const abort = new AbortController();
    const stopIf = (when: (typeof STOPS)[number]) => stop === when && abort.abort();
    stopIf('aborted before');
    const lookup = async () => (stopIf('aborted in lookup'), plan.map((_, i) => `127.0.0.${i + 1}`));
    // Only a plan that must end by the timeout has a short one, so how fast the machine is decides nothing.
    const connectTimeoutMs = outcomeOf(plan) === 'EL_CONNECT_TIMEOUT' ? 50 : 60_000;
    const dialled = plugin.connect({ host: 'name.test', port: 9, attemptDelayMs: 10, connectTimeoutMs, signal: abort.signal, lookup });
    setImmediate(() => stopIf('aborted later') || (stop === 'closed later' && reactor.close()));
    const outcome = await dialled.then(() => 'open', ({ code, name }: EdgeloopError) => (name === 'AbortError' ? name : code));
    const stopped = { 'aborted later': 'AbortError', 'closed later': 'EL_REACTOR_CLOSED' }[stop as string];
    const expected = stop.startsWith('aborted') && stopped === undefined ? ['AbortError'] : [outcomeOf(plan), stopped];
    t.ok(expected.includes(outcome), `${plan}, ${stop}: ${outcome}`);
    t.equal(opened, outcome === 'open' ? 1 : 0);
    await reactor.close();
    await until(() => descriptors() === before, 'the descriptors');
  }), { numRuns: 100 });
});
