import { constants } from 'node:os';
import type { Call } from '@edgeloop/reactor/testing';
import type { Tally } from './tally.js';
import type { Trace } from './trace.js';

const { EAGAIN } = constants.errno;

/** Of two names for one number the first counts: EAGAIN, and not EWOULDBLOCK. Node's getSystemErrorName lacks some, EINPROGRESS for one. */
const ERRNO_NAMES = new Map(Object.entries(constants.errno).toReversed().map(([name, errno]) => [-errno, name]));

/** Calls that give out a descriptor. */
const OPENING: ReadonlySet<Call> = new Set<Call>(['accept', 'socket', 'openNull']);

const TRIPLE = 3;
const EVENT_NAMES: readonly (readonly [number, string])[] = [
  [0x1, 'IN'], [0x4, 'OUT'], [0x8, 'ERR'], [0x10, 'HUP'], [0x2000, 'RDHUP'], [0x4000_0000, 'ONESHOT'], [0x8000_0000, 'ET'],
];

/** Counts what becomes of system calls, and writes them into a trace as strace(1) does, if there is one. */
export class CallLog {
  readonly #tally: Tally;
  readonly #trace: Trace | undefined;
  readonly #usedDescriptors = new Set<number>();

  constructor(tally: Tally, trace: Trace | undefined) {
    this.#tally = tally;
    this.#trace = trace;
  }

  injected(call: Call, errno: string): void {
    this.#tally.count(`${call}: ${errno}, injected`);
  }

  called(call: Call, args: readonly unknown[], result: number): void {
    if (call === 'recv' && result === -EAGAIN) this.#tally.count('recv: EAGAIN, after it was reported readable');
    else if (result < 0) this.#tally.count(`${call}: ${nameOf(result)}`);
    else if (call === 'send' && result < (args[3] as number)) this.#tally.count('send: less than was asked for');
    else if (call === 'epollWait' && result === 0) this.#tally.count('epollWait: no event (work was left, or a wake-up for nothing)');
    else if (OPENING.has(call)) this.#countReuse(result);
    this.#trace?.line(`${call}(${shown(call, args, result)}) = ${result < 0 ? nameOf(result) : result}`);
  }

  #countReuse(fd: number): void {
    if (this.#usedDescriptors.has(fd)) this.#tally.count('descriptor numbers used again');
    else this.#usedDescriptors.add(fd);
  }
}

function nameOf(result: number): string {
  return ERRNO_NAMES.get(result) ?? String(result);
}

function shown(call: Call, args: readonly unknown[], result: number): string {
  if (call === 'epollWait') return `${args[0] as number}, [${reported(args[1] as Uint32Array, result)}], ${args[3] as number} ms`;
  const texts = args.map((arg, index) => (isInterest(call, index) ? eventText(arg as number) : valueText(arg)));
  return texts.join(', ');
}

/** The events that a wait has brought, each with the slot and the generation that it is for. */
function reported(triples: Uint32Array, count: number): string {
  const events = Array.from({ length: Math.max(0, count) }, (_, i) => Array.from(triples.subarray(i * TRIPLE, (i + 1) * TRIPLE)));
  return events.map(([bits = 0, slot, generation]) => `${slot}.${generation} ${eventText(bits)}`).join(', ');
}

function isInterest(call: Call, index: number): boolean {
  return index === 2 && (call === 'epollAdd' || call === 'epollModify');
}

function eventText(bits: number): string {
  const names = EVENT_NAMES.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? '0' : names.join('|');
}

function valueText(value: unknown): string {
  return ArrayBuffer.isView(value) ? `<${value.byteLength} bytes>` : String(value);
}
