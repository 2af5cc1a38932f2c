import { setTimeout as sleep } from 'node:timers/promises';
import { Caller } from './field/caller.js';
import type { Field } from './field/field.js';
import { Injection } from './field/injection.js';
import type { TrialServer } from './field/server.js';
import type { Trial } from './trial.js';

type CounterName = Parameters<Field['expectMoved']>[1];

/** A system call that fails, and what is to be seen of that. */
interface Fault {
  readonly call: string;
  readonly errors: readonly string[];
  /** Which of the calls fail, counted from the begin, as strace has it. */
  readonly when: string;
  /** What becomes of the callers at that moment: all are served, perhaps later, or at least one is hung up on. */
  readonly callers: 'served' | 'lost';
  /** Undefined where the fault passes without a trace. */
  readonly counter?: CounterName;
}

const FAULTS: readonly Fault[] = [
  { call: 'accept4', errors: ['EMFILE', 'ENFILE'], when: '1', callers: 'lost', counter: 'shed' },
  { call: 'accept4', errors: ['ENOBUFS', 'ENOMEM'], when: '1..2', callers: 'served', counter: 'acceptPauses' },
  { call: 'accept4', errors: ['ECONNABORTED', 'EINTR', 'EPERM', 'EPROTO'], when: '1..3', callers: 'served' },
  // Not without end: an idle server is always in this call, and one that strace has begun to falsify when it lets go fails with ENOSYS.
  { call: 'epoll_wait,epoll_pwait', errors: ['EINTR'], when: '1..9+2', callers: 'served' },
  { call: 'epoll_ctl', errors: ['ENOMEM', 'ENOSPC'], when: '1', callers: 'lost', counter: 'shed' },
  { call: 'recvfrom', errors: ['EINTR', 'EAGAIN'], when: '1+2', callers: 'served' },
  { call: 'recvfrom', errors: ['ECONNRESET'], when: '1', callers: 'lost', counter: 'resets' },
  { call: 'recvfrom', errors: ['ETIMEDOUT', 'ENOMEM'], when: '1', callers: 'lost', counter: 'networkErrors' },
  { call: 'sendto', errors: ['EINTR', 'EAGAIN'], when: '1+2', callers: 'served' },
  { call: 'sendto', errors: ['EPIPE', 'ECONNRESET'], when: '1', callers: 'lost', counter: 'resets' },
  { call: 'sendto', errors: ['ENOBUFS', 'ENOMEM'], when: '1', callers: 'lost', counter: 'networkErrors' },
];

/** In a brief trial one of each kind. */
const BRIEF: ReadonlySet<Fault> = new Set([FAULTS[0], FAULTS[1], FAULTS[3], FAULTS[6], FAULTS[9]] as Fault[]);

const CALLERS = 8;

async function inject(field: Field, server: TrialServer, { call, when, callers, counter }: Fault, error: string): Promise<void> {
  const before = counter === undefined ? 0 : (await server.stats()).counters[counter];
  const injection = await Injection.begin(server, call, `error=${error}:when=${when}`);
  const clients = await field.callers(server, CALLERS);
  const answered = (await Promise.all(clients.map((caller) => caller.asks('hello')))).filter(Boolean).length;
  await injection.end();
  const fault = `${call} ${error}`;
  field.expect(`${fault}: it was injected`, injection.injected > 0, injection.injected);
  const asExpected = callers === 'served' ? answered === CALLERS : answered < CALLERS;
  field.expect(`${fault}: callers are ${callers === 'served' ? 'all served' : 'hung up on'}`, asExpected, `${answered} of ${CALLERS} answered`);
  for (const caller of clients) caller.hangUp();
  if (counter === undefined) return;
  const moved = (await server.stats()).counters[counter] - before;
  field.expect(`${fault}: ${counter} moves`, moved > 0, moved);
}

/** Bystanders, whose connections are there already, while each accept fails and callers knock without end. */
async function knock(field: Field, server: TrialServer): Promise<void> {
  const watched = async () => {
    const injection = await Injection.begin(server, 'accept4');
    return () => injection.end();
  };
  await field.disturb(server, async () => {
    // Those who let the bystanders in come first.
    const injection = await Injection.begin(server, 'accept4', 'error=EMFILE:when=40+');
    const over = new AbortController();
    const knocking = (async () => {
      for (let callers = 0; !over.signal.aborted && callers < 1000; callers++) {
        (await Caller.dial(server)).reset();
        await sleep(5);
      }
    })();
    return async () => {
      over.abort();
      await Promise.all([knocking, injection.end()]);
    };
  }, watched);
}

export const injectedErrors: Trial = {
  name: 'injected-errors',
  provokes: 'errors of accept4, epoll_wait, epoll_ctl, recvfrom and sendto, injected into a running server by strace',
  expects: 'it goes on: callers are served, wait, or see the end of their connection, and a counter tells why',
  tools: ['cc', 'strace'],
  async run(field) {
    // An injected EAGAIN is a lie, as the socket is ready: an edge that has been told of once is not told of again.
    const server = await field.serve({ flags: ['--trigger', 'level'] });
    for (const fault of FAULTS) {
      if (!field.extent.measured && !BRIEF.has(fault)) continue;
      for (const error of fault.errors.slice(0, field.count(fault.errors.length, 1))) await inject(field, server, fault, error);
    }
    if (field.extent.measured) await knock(field, server);
    await field.expectRecovered(server);
  },
};
