import { SystemError, codeOf } from '../errors.js';
import type { CounterName } from '../loop/counters.js';
import type { Meters } from '../loop/meters.js';

const BY_CODE: Readonly<Record<string, CounterName>> = {
  ECONNRESET: 'resets',
  EPIPE: 'resets',
  EL_CLOSED_BY_OPERATOR: 'closedByOperator',
  EL_HANDLER_FAILED: 'handlerEnds',
  EL_HANDSHAKE_TIMEOUT: 'handshakeTimeouts',
  EL_IDLE_TIMEOUT: 'idleTimeouts',
  EL_LIFETIME_EXCEEDED: 'lifetimeTimeouts',
  EL_MESSAGE_TIMEOUT: 'messageTimeouts',
  EL_OUTPUT_LIMIT: 'outputLimited',
  EL_REACTOR_CLOSED: 'evicted',
  EL_SLOW_CONSUMER: 'slowConsumers',
  EL_WRITE_TIMEOUT: 'writeTimeouts',
};

/** Which counter counts the end of a connection: of each end there is one. What is not told apart was a plugin's own decision, and so was what has no reason. */
export function counterOfEnd(reason?: Error): CounterName {
  return BY_CODE[codeOf(reason)] ?? (reason instanceof SystemError ? 'networkErrors' : 'destroyed');
}

export function countEnd({ counters, errors }: Meters, end: CounterName, reason: Error | undefined): void {
  counters.closed++;
  counters[end]++;
  if (reason === undefined) return;
  counters.failed++;
  errors.count(codeOf(reason));
}
