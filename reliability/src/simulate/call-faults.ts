import { constants } from 'node:os';
import type { Call, Interceptor, Random } from '@edgeloop/reactor/testing';
import type { CallLog } from './call-log.js';

/** What calls may answer though nothing is wrong with how they are made, by their manual pages. All of it is rare in life. */
const FAILURES: Partial<Record<Call, readonly (keyof typeof constants.errno)[]>> = {
  accept: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ECONNABORTED', 'EPERM', 'EPROTO'],
  socket: ['EMFILE', 'ENFILE', 'ENOBUFS'],
  connect: ['EADDRNOTAVAIL', 'ENETUNREACH'],
  recv: ['ETIMEDOUT', 'EHOSTUNREACH'],
  send: ['ETIMEDOUT', 'EHOSTUNREACH', 'ENOBUFS'],
  sendDatagrams: ['ENOBUFS', 'EPERM'],
  recvDatagrams: ['ECONNREFUSED'],
};

/** Calls that are made once in a connection's life fail the more often. */
const SELDOM: ReadonlySet<Call> = new Set<Call>(['accept', 'socket', 'connect']);
const SELDOM_FACTOR = 30;

/** Calls whose failure ends a connection. */
const BREAKING: ReadonlySet<Call> = new Set<Call>(['recv', 'send']);

/** Who is told of calls. */
export interface CallEvents {
  readonly log: CallLog;
  /** A failure has ended the connection of this descriptor. */
  broken(fd: number, how: string): void;
  closing(fd: number): void;
  /** A wait is over, so this is the time for all that its turn does. */
  turnBegan(): void;
}

/** Has system calls fail now and then, and has every call logged. */
export class CallFaults implements Interceptor {
  /** How likely a call fails that can. 0 for none: opening a listener is to succeed, for example. */
  probability = 0;
  readonly #random: Random;
  readonly #events: CallEvents;

  constructor(random: Random, events: CallEvents) {
    this.#random = random;
    this.#events = events;
  }

  before(call: Call, args: readonly unknown[]): number | undefined {
    if (call === 'close') this.#events.closing(args[0] as number);
    const errnos = FAILURES[call];
    if (errnos === undefined || !this.#random.chance(this.probability * (SELDOM.has(call) ? SELDOM_FACTOR : 1))) return undefined;
    const name = this.#random.pick(errnos);
    this.#events.log.injected(call, name);
    if (BREAKING.has(call)) this.#events.broken(args[0] as number, `${call} was made to fail with ${name}`);
    return -constants.errno[name];
  }

  after(call: Call, args: readonly unknown[], result: number): void {
    if (call === 'epollWait') this.#events.turnBegan();
    this.#events.log.called(call, args, result);
  }
}
